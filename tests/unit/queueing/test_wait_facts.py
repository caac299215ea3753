"""Facts of waits, as they are kept and read again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.waits import NOW_S, facts
from voicebot.errors import WaitFactNotUnderstood
from voicebot.queueing.wait_facts import Told, WaitEnding, WaitFact, WaitOver, read, written
from voicebot.queueing.wait_time import WaitEstimate


@given(facts)
def test_a_fact_is_read_as_it_was_written(fact: WaitFact) -> None:
    assert read(written(fact), NOW_S) == fact


@given(st.text())
def test_what_is_no_fact_is_refused(text: str) -> None:
    with pytest.raises(WaitFactNotUnderstood):
        read(text, NOW_S)


@pytest.mark.parametrize(
    "wrong",
    [
        {"waited_s": -1.0},
        {"waited_s": "NaN"},
        {"waited_s": 1e300},
        {"rank": 9},
        {"ended": "vanished"},
        {"queue": ""},
        {"at_s": NOW_S + 3600.0},
        {"at_s": NOW_S - 1e6},
        {"kind": "weather"},
        {"told": {"point_s": 1, "low_s": 3, "high_s": 2, "model_s": 1, "average_s": 1}},
    ],
)
def test_what_cannot_be_true_is_refused(wrong: dict[str, object]) -> None:
    fact = {
        "kind": "wait-over",
        "queue": "main@1000",
        "rank": 3,
        "arrived_at_s": NOW_S - 9.0,
        "number": 1,
        "waited_s": 9.0,
        "ended": "gave-up",
        "told": None,
        "at_s": NOW_S,
    }
    over = read(json.dumps(fact), NOW_S)
    assert isinstance(over, WaitOver)
    assert over.ended is WaitEnding.GAVE_UP
    with pytest.raises(WaitFactNotUnderstood):
        read(json.dumps(fact | wrong), NOW_S)


def test_what_was_told_holds_the_estimate() -> None:
    assert Told(1.0, 2.0, 3.0, 4.0, 5.0).estimate == WaitEstimate(1.0, 2.0, 3.0, 4.0)
