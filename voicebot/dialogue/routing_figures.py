"""What do routes amount to over many questions whose right answers are known?

A turn is spared when no language model ran for it and all of its speech was at hand. A wrong
answer is a fact told or an action begun that nobody asked for; to ask whether one is meant is none.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from voicebot.calls.model import Route


@dataclass(frozen=True, slots=True)
class Question:
    """Something a caller says, and what answers it."""

    say: str
    right: tuple[str, ...]  # facts or actions; none: nothing of the business does


@dataclass(frozen=True, slots=True)
class Answered:
    """What the agent made of it."""

    question: Question
    said: tuple[str, ...]
    route: Route | None
    found_id: str | None
    offered_id: str | None
    model_runs: int
    synthesis_runs: int
    ms: int

    @property
    def is_spared(self) -> bool:
        return self.model_runs == 0 and self.synthesis_runs == 0

    @property
    def is_wrong(self) -> bool:
        return self.found_id is not None and self.found_id not in self.question.right


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """Shares are percent of all questions."""

    questions: int
    answerable: int
    told_right: int
    offered_right: int
    offered_wrong: int
    wrong: int
    spared: int
    without_model: int
    model_runs: int
    synthesis_runs: int
    wrong_percent: float
    spared_percent: float
    without_model_percent: float
    by_route: Mapping[str, int]  # route and reason

    @classmethod
    def of(cls, answered: Collection[Answered]) -> "RoutingFigures":
        """Raises ZeroDivisionError when nothing was asked."""
        count = len(answered)
        told = [one for one in answered if one.found_id in one.question.right]
        offered = [one for one in answered if one.offered_id is not None]
        offered_right = sum(one.offered_id in one.question.right for one in offered)
        wrong = sum(one.is_wrong for one in answered)
        spared = sum(one.is_spared for one in answered)
        without_model = sum(one.model_runs == 0 for one in answered)
        return cls(
            questions=count,
            answerable=sum(bool(one.question.right) for one in answered),
            told_right=len(told),
            offered_right=offered_right,
            offered_wrong=len(offered) - offered_right,
            wrong=wrong,
            spared=spared,
            without_model=without_model,
            model_runs=sum(one.model_runs for one in answered),
            synthesis_runs=sum(one.synthesis_runs for one in answered),
            wrong_percent=round(100 * wrong / count, 1),
            spared_percent=round(100 * spared / count, 1),
            without_model_percent=round(100 * without_model / count, 1),
            by_route=_by_route(answered),
        )


def _by_route(answered: Collection[Answered]) -> Mapping[str, int]:
    routes = (one.route for one in answered)
    names = ("none" if route is None else f"{route.tier} {route.reason}" for route in routes)
    return dict(Counter(names).most_common())


def questions_in(content: Mapping[str, object]) -> Sequence[Question]:
    """Those of a file; raises KeyError, TypeError or ValueError when it is none."""
    questions, told = content["questions"], content.get("small_talk", [])
    if not isinstance(questions, list) or not isinstance(told, list):
        raise TypeError("questions and small_talk are lists")
    return [
        *(Question(str(one["say"]), tuple(one["facts"])) for one in questions),
        *(Question(str(one), ()) for one in told),
    ]


def pairs_in(content: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    """What one caller says, and what another says later; raises as `questions_in`."""
    pairs = content.get("said_again", [])
    if not isinstance(pairs, list):
        raise TypeError("said_again is a list")
    return [(str(first), str(later)) for first, later in pairs]
