"""Every caller of a spike is accounted for, or named."""

from dataclasses import replace

import pytest

from voicebot.caller.crowd import CrowdCall, Wish
from voicebot.caller.spike_accounts import CLOSED, Known, fate, unaccounted
from voicebot.calls.model import Outcome

NUMBER = "+12025550200"
CALL = CrowdCall(NUMBER, Wish.SERVED, 0.0, 200, 0.1, ended_at_s=60.0, ended_by_caller=True)


def faults(
    call: CrowdCall, known: Known, *, is_greeted: bool = False, rung: int = 0
) -> tuple[str, ...]:
    found = unaccounted(
        [call], {NUMBER: known}, {NUMBER: 5.0} if is_greeted else {}, {NUMBER: rung} if rung else {}
    )
    return found.get(NUMBER, ())


def test_whoever_was_served_and_is_on_record_is_accounted_for() -> None:
    assert faults(CALL, Known((Outcome.RESOLVED,), 1), is_greeted=True) == ()
    assert faults(CALL, Known((Outcome.FAILED,), 1), is_greeted=True)


def test_whoever_gave_up_is_on_record_as_abandoned() -> None:
    call = replace(CALL, wish=Wish.GIVES_UP)
    assert faults(call, Known((Outcome.ABANDONED,), 1)) == ()
    assert faults(call, Known((Outcome.RESOLVED,), 1))


def test_a_callback_that_was_promised_is_kept_closed_and_rung_once() -> None:
    call = replace(CALL, wish=Wish.CALLBACK, keys_pressed="11", ended_by_caller=False)
    booked = (Outcome.CALLBACK_BOOKED,)
    assert faults(call, Known(booked, 1, (CLOSED,)), rung=1) == ()
    assert faults(call, Known(booked, 1, (CLOSED,)), rung=2)
    assert faults(call, Known(booked, 1, (CLOSED,)))
    assert faults(call, Known(booked, 1, ("waiting booked no-slot",)), rung=1)
    assert faults(call, Known(booked, 1))
    assert faults(call, Known((Outcome.ABANDONED,), 1))


@pytest.mark.parametrize(
    "known",
    [
        Known(),
        Known((Outcome.RESOLVED,)),
        Known((Outcome.RESOLVED, Outcome.RESOLVED), 1),
        Known((Outcome.RESOLVED,), 2),
        Known((None,), 1),
    ],
)
def test_a_call_has_one_record_with_an_outcome_and_one_cdr(known: Known) -> None:
    assert faults(CALL, known, is_greeted=True)


def test_a_caller_of_whom_nothing_is_known_is_named() -> None:
    assert NUMBER in unaccounted([CALL], {}, {NUMBER: 1.0}, {})


def test_whoever_is_never_answered_or_never_let_go_is_named() -> None:
    known = Known((Outcome.ABANDONED,), 1)
    assert faults(replace(CALL, answered_at_s=None), known)
    assert faults(replace(CALL, ended_at_s=None), known, is_greeted=True)


def test_whoever_wants_to_be_served_and_is_not_is_named() -> None:
    assert faults(replace(CALL, ended_by_caller=False), Known((Outcome.ABANDONED,), 1))


def test_a_number_that_was_rung_and_never_called_is_named() -> None:
    assert unaccounted([], {}, {}, {"+12025550999": 1}) == {
        "+12025550999": ("rung, and never called",)
    }


def test_fates_are_told_in_words() -> None:
    assert fate(replace(CALL, answered_at_s=None), is_greeted=False) == "never answered"
    assert fate(replace(CALL, keys_pressed="0"), is_greeted=False) == "person"
    assert fate(replace(CALL, keys_pressed="#"), is_greeted=False) == "message"
    assert fate(replace(CALL, keys_pressed="11"), is_greeted=False) == "callback"
    assert fate(replace(CALL, ended_by_caller=False), is_greeted=False) == "sent away"
