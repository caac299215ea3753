from pathlib import Path

import pytest

from voicebot.business_file import load_business
from voicebot.commands.probe import _question, _write_whole, interval_of
from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR

BUSINESS = load_business(PROJECT_DIR / "config" / "lakeside_bikes.yaml")


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7_200)])
def test_an_interval_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert interval_of(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "0m", "-5m", "m", "5d", "1.5h", "5 m"])
def test_anything_else_is_no_interval(text: str) -> None:
    with pytest.raises(ConfigurationError):
        interval_of(text)


def test_by_default_a_fact_that_does_not_depend_on_the_hour_is_asked_for() -> None:
    question = _question(BUSINESS, None, None, None)
    assert question.number == BUSINESS.dids[0]
    fact = next(fact for fact in BUSINESS.facts if fact.answer == question.expected)
    assert question.text in fact.questions


def test_a_question_of_ones_own_comes_with_its_answer() -> None:
    assert _question(BUSINESS, "+123", "Are you there?", "Yes.").text == "Are you there?"
    with pytest.raises(ConfigurationError):
        _question(BUSINESS, None, "Are you there?", None)


def test_metrics_are_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "probe.prom"
    for text in ("one\n", "two\n"):
        _write_whole(path, text)
    assert path.read_text() == "two\n"
    assert list(tmp_path.iterdir()) == [path]
