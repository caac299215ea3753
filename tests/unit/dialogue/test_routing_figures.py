"""What routes amount to."""

import pytest

from voicebot.calls.model import Route, Tier
from voicebot.dialogue.routing_figures import (
    Answered,
    Question,
    RoutingFigures,
    pairs_in,
    questions_in,
)


def answered(
    *right: str,
    found: str | None = None,
    offered: str | None = None,
    model_runs: int = 0,
    synthesis_runs: int = 0,
) -> Answered:
    route = Route(Tier.SMALL if model_runs else Tier.FACT, "sure")
    return Answered(
        Question("?", right), ("!",), route, found, offered, model_runs, synthesis_runs, 1
    )


def test_every_question_counts_once() -> None:
    figures = RoutingFigures.of(
        [
            answered("a", found="a"),
            answered("a", found="b"),
            answered(found="b"),
            answered("a", offered="a"),
            answered(offered="b", synthesis_runs=1),
            answered(model_runs=1, synthesis_runs=2),
        ]
    )
    assert (figures.questions, figures.answerable, figures.told_right) == (6, 3, 1)
    assert (figures.offered_right, figures.offered_wrong, figures.wrong) == (1, 1, 2)
    assert (figures.spared, figures.without_model) == (4, 5)
    assert (figures.model_runs, figures.synthesis_runs) == (1, 3)
    assert figures.wrong_percent == 33.3
    assert figures.by_route == {"fact sure": 5, "llm.small sure": 1}


def test_questions_are_read_from_a_file() -> None:
    content = {
        "questions": [{"say": "Where?", "facts": ["address"]}],
        "small_talk": ["Nice."],
        "said_again": [["a", "b"]],
    }
    assert questions_in(content) == [Question("Where?", ("address",)), Question("Nice.", ())]
    assert pairs_in(content) == [("a", "b")]


@pytest.mark.parametrize("content", [{"questions": 1}, {"questions": [], "small_talk": 1}])
def test_what_is_no_such_file_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        questions_in(content)
    with pytest.raises(TypeError):
        pairs_in({"said_again": 1})
