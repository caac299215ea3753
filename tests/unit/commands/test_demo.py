"""Whether the demo call's answers were heard, and how its turns are shown."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_calls import a_turn
from voicebot.business_file import load_business
from voicebot.calls.model import StageTimings
from voicebot.commands.demo import DEMO_CALL, HEARD_SHARE, Judgement, judge, stages
from voicebot.settings import PROJECT_DIR

BUSINESS = load_business(PROJECT_DIR / "config" / "lakeside_bikes.yaml")
# A Monday, 11:00 in Chicago.
PLACED_AT = "2026-11-23T17:00:00+00:00"
MODEL_SAID = "That sounds lovely!"
MODEL_TURN = next(
    number
    for number, turn in enumerate(DEMO_CALL, start=1)
    if turn.fact_id is None and not turn.is_farewell
)


def a_report(**changes: Any) -> dict[str, Any]:
    files = [f"{number}.wav" for number in range(len(DEMO_CALL) + 1)]
    return {"placed_at": PLACED_AT, "record_dir": "calls/demo", "answer_files": files} | changes


def right_answers() -> dict[str, str]:
    """What is heard when all goes well, by file."""
    hours = BUSINESS.hours
    at = datetime.fromisoformat(PLACED_AT)
    answers = [BUSINESS.opening]
    for turn in DEMO_CALL:
        if turn.is_farewell:
            answers.append(BUSINESS.phrases.farewell)
        elif turn.fact_id is not None:
            answers.append(BUSINESS.fact(turn.fact_id).spoken(hours, at))
        else:
            answers.append(MODEL_SAID)
    return {f"{number}.wav": text for number, text in enumerate(answers)}


TURNS: list[dict[str, Any]] = [{"number": MODEL_TURN, "said_heard": MODEL_SAID}]


def verdicts(
    heard: dict[str, str], report: dict[str, Any] | None = None, *, turns: Any = TURNS
) -> list[bool]:
    report = a_report() if report is None else report
    return [judgement.is_right for judgement in judge(BUSINESS, report, turns, heard)]


def test_answers_that_were_heard_are_right() -> None:
    assert verdicts(right_answers()) == [True] * (len(DEMO_CALL) + 1)


@given(st.integers(0, len(DEMO_CALL)))
def test_each_answer_is_judged_by_itself(number: int) -> None:
    heard = right_answers() | {f"{number}.wav": "something else altogether"}
    expected = [place != number for place in range(len(DEMO_CALL) + 1)]
    assert verdicts(heard) == expected


def test_an_answer_to_another_question_is_wrong() -> None:
    heard = right_answers()
    swapped = heard | {"1.wav": heard["2.wav"], "2.wav": heard["1.wav"]}
    assert verdicts(swapped)[:4] == [True, False, False, True]


def test_silence_is_wrong_whatever_was_meant() -> None:
    assert not any(verdicts({}))
    missing = a_report(answer_files=[None] * (len(DEMO_CALL) + 1))
    assert not any(verdicts(right_answers(), missing))


def test_a_call_that_ended_early_is_wrong_in_what_is_missing() -> None:
    cut = a_report(answer_files=["0.wav", "1.wav"])
    assert verdicts(right_answers(), cut) == [True, True] + [False] * (len(DEMO_CALL) - 1)


def test_an_answer_too_many_is_wrong() -> None:
    files = [*a_report()["answer_files"], "more.wav"]
    heard = right_answers() | {"more.wav": "and another thing"}
    assert verdicts(heard, a_report(answer_files=files))[-1] is False


def test_a_model_that_told_nobody_what_it_said_is_wrong() -> None:
    assert verdicts(right_answers(), turns=[])[MODEL_TURN] is False


@pytest.mark.parametrize(("share", "is_right"), [(1.0, True), (HEARD_SHARE, True), (0.69, False)])
def test_a_word_may_be_missed_by_the_recognizer(share: float, is_right: bool) -> None:
    assert Judgement("", share).is_right is is_right


def test_the_demo_asks_only_what_the_business_answers() -> None:
    known = {fact.id for fact in BUSINESS.facts}
    assert {turn.fact_id for turn in DEMO_CALL if turn.fact_id is not None} <= known
    assert DEMO_CALL[-1].is_farewell


def test_a_turn_s_stages_stand_on_one_line_and_only_those_that_ran() -> None:
    turn = asdict(replace(a_turn(), timings=StageTimings(480, 130, 5, None, 0, 700)))
    assert stages(turn) == (
        "fact · end of speech 480 ms · recognition 130 ms · facts 5 ms · speech 0 ms · total 700 ms"
    )
    assert stages(asdict(replace(a_turn(), timings=StageTimings()))) == "fact"
