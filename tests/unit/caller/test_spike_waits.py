"""Told waits are held against true ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicebot.caller.crowd import CrowdCall, Wish
from voicebot.caller.spike_waits import ToldWait, told_waits, wait_figures
from voicebot.calls.model import CallId
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def call(number: str, since_s: float, ended_at_s: float, keys: str = "") -> CrowdCall:
    return CrowdCall(
        number, Wish.SERVED, since_s, 200, since_s, keys_pressed=keys, ended_at_s=ended_at_s
    )


def admission(number: str, since_s: float, point_s: float | None = 20.0) -> AdmissionRecord:
    low_s, high_s = (None, None) if point_s is None else (point_s / 2, 2 * point_s)
    return AdmissionRecord(
        CallId(number),
        BEGAN + timedelta(seconds=since_s),
        QueueName("main"),
        Rank.REGULAR,
        "Wait",
        "no-slot",
        1,
        low_s,
        high_s,
        point_s,
    )


def waits(
    calls: list[CrowdCall],
    greeted: dict[str, float],
    *,
    rung_back: tuple[CrowdCall, ...] = (),
    freed: tuple[float, ...] = (),
    at_once: tuple[float, ...] = (),
) -> dict[str, ToldWait]:
    admissions = {one.number: admission(one.number, one.rang_at_s) for one in calls}
    found = told_waits(calls, admissions, greeted, rung_back, freed, at_once)
    assert len({told.number for told in found}) == len(found), "each is judged once"
    return {told.number: told for told in found}


def test_a_wait_is_from_the_answer_to_the_greeting() -> None:
    told = waits([call("a", 10.0, 90.0)], {"a": 35.0})["a"]
    assert told.wait_s == 25.0
    assert (told.low_s, told.point_s, told.high_s) == (10.0, 20.0, 40.0)
    assert told.is_served


def test_whoever_gave_up_would_have_waited_until_one_behind_is_greeted() -> None:
    told = waits([call("a", 10.0, 15.0), call("b", 11.0, 90.0)], {"b": 35.0})
    assert told["a"].wait_s == 25.0
    assert not told["a"].is_served


def test_nobody_is_judged_by_one_who_came_before() -> None:
    told = waits([call("a", 10.0, 90.0), call("b", 11.0, 15.0)], {"a": 35.0})
    assert set(told) == {"a"}


def test_a_slot_that_nobody_waits_for_ends_the_waits_of_all_who_left() -> None:
    calls = [call("a", 10.0, 90.0), call("b", 11.0, 15.0)]
    told = waits(calls, {"a": 35.0}, freed=(34.9, 60.0, 70.0))
    assert told["b"].wait_s == 49.0
    at_once = waits(calls, {"a": 35.0}, at_once=(61.0,))
    assert at_once["b"].wait_s == 50.0


def test_a_booked_callback_ends_the_wait_as_it_rings() -> None:
    calls = [call("a", 10.0, 20.0, "11"), call("b", 11.0, 21.0)]
    rung = replace(call("x", 40.0, 50.0), rung_for="a")
    told = waits(calls, {}, rung_back=(rung, replace(rung, rang_at_s=55.0)), freed=(39.0, 70.0))
    assert told["a"].wait_s == 30.0
    # The slot of 39.0 went to the callback.
    assert told["b"].wait_s == 59.0


def test_asterisk_would_have_said_the_average_of_those_connected_before() -> None:
    calls = [call("a", 10.0, 90.0), call("b", 11.0, 95.0), call("c", 51.0, 99.0)]
    told = waits(calls, {"a": 30.0, "b": 51.0, "c": 60.0}, at_once=(1.0,))
    # Asterisk: (3 x 0 + 20) >> 2 = 5, then (3 x 5 + 40) >> 2 = 13.
    assert [told[number].average_s for number in "abc"] == [0.0, 0.0, 13.0]


def test_whoever_never_waited_on_record_counts_for_nothing() -> None:
    assert told_waits([call("a", 10.0, 90.0)], {}, {"a": 30.0}, (), (), ()) == []


def test_figures_are_of_those_who_were_told_a_time() -> None:
    a = ToldWait("a", 1, 10.0, 40.0, 20.0, 0.0, 24.0, True)
    silent = replace(a, number="b", low_s=None, high_s=None, point_s=None)
    figures = wait_figures([a, replace(a, wait_s=50.0), silent])
    assert figures is not None
    assert (figures.waits, figures.coverage, figures.bias_s) == (2, 0.5, 17.0)
    assert figures.rmse_s == pytest.approx((458.0) ** 0.5)
    assert figures.percent_of_average == 55
    # Two ranges of 30 s, and 10 s missed at 10 for each.
    assert figures.interval_score_s == pytest.approx(80.0)
    assert wait_figures([silent]) is None
