"""Callers of a crowd ring, wait, and do what they wish."""

import json
from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.crowd import (
    LEAVES_AFTER_KEY_S,
    LISTENED_TO_AFTER_S,
    SECOND_KEY_AFTER_S,
    CrowdCall,
    CrowdCaller,
    CrowdSession,
    Doing,
    Leave,
    PressKey,
    Speak,
    Wish,
    crowd,
)


def session(wish: Wish, acts_after_s: float = 10.0, *, asks: bool = True) -> CrowdSession:
    made = CrowdSession(CrowdCaller("+12025550200", wish, 0.0, acts_after_s), 0.0, asks=asks)
    made.answered(0.0)
    return made


def doings(made: CrowdSession, until_s: int, sound: Sequence[tuple[int, int]]) -> dict[int, Doing]:
    """By the second, while there is sound in these."""
    found = {}
    for second in range(until_s):
        hears = any(begin <= second < end for begin, end in sound)
        for doing in made.look(second, is_sound=hears):
            found[second] = doing
            if isinstance(doing, Leave):
                made.ended(second, 200, by_caller=True)
    return found


def test_whoever_wants_to_be_served_asks_when_somebody_listens_and_leaves_after_the_answer() -> (
    None
):
    made = session(Wish.SERVED)
    assert doings(made, 60, [(0, 30), (35, 40)]) == {31: Speak(), 41: Leave()}
    assert made.call.talked_at_s == 29 + LISTENED_TO_AFTER_S


def test_music_is_no_silence() -> None:
    assert doings(session(Wish.SERVED), 100, [(0, 100)]) == {}


def test_whoever_gives_up_leaves_in_the_music_unless_the_turn_came_before() -> None:
    assert doings(session(Wish.GIVES_UP), 60, [(0, 60)]) == {10: Leave()}
    assert 10 not in doings(session(Wish.GIVES_UP), 60, [(0, 5), (12, 15)])


def test_a_callback_takes_two_keys_and_the_service_hangs_up() -> None:
    made = session(Wish.CALLBACK)
    second = 10 + round(SECOND_KEY_AFTER_S)
    assert doings(made, 60, [(0, 60)]) == {10: PressKey("1"), second: PressKey("1")}
    assert made.call.keys_pressed == "11"


def test_whoever_wants_a_person_or_leaves_a_message_leaves_a_while_after_the_key() -> None:
    for wish, key in ((Wish.PERSON, "0"), (Wish.MESSAGE, "#")):
        leaves = 10 + round(LEAVES_AFTER_KEY_S)
        assert doings(session(wish), 60, [(0, 60)]) == {10: PressKey(key), leaves: Leave()}


def test_whoever_is_rung_back_presses_one_however_silent_it_is_before() -> None:
    made = session(Wish.RUNG_BACK, 7.0)
    done = doings(made, 40, [(0, 1), (4, 12), (16, 20)])
    assert done == {7: PressKey("1"), 13: Speak(), 21: Leave()}


def test_nothing_is_done_before_the_answer_and_after_the_end() -> None:
    made = CrowdSession(CrowdCaller("+12025550200", Wish.GIVES_UP, 0.0, 1.0), 0.0, asks=True)
    assert made.look(5.0, is_sound=True) == ()
    made.answered(5.0)
    made.ended(6.0, 200, by_caller=False)
    assert made.look(99.0, is_sound=False) == ()


@given(st.integers(5, 60), st.integers())
def test_a_crowd_has_everybody_once_in_the_order_in_which_they_ring(count: int, seed: int) -> None:
    first = crowd(count, Random(seed), within_s=5.0, patience_s=30.0)
    but = {one.number for one in first}
    callers = crowd(count, Random(seed), within_s=5.0, patience_s=30.0, but=but)
    assert len({one.number for one in callers} | but) == 2 * count
    assert [one.rings_at_s for one in callers] == sorted(one.rings_at_s for one in callers)
    assert set(Wish) - {one.wish for one in callers} <= {Wish.RUNG_BACK, Wish.SERVED}


def test_callers_and_calls_travel_as_json() -> None:
    caller = CrowdCaller("+12025550200", Wish.PERSON, 1.0, 2.0)
    assert CrowdCaller.from_json(json.loads(json.dumps(caller.to_json()))) == caller
    made = session(Wish.CALLBACK)
    made.recorded(1.0)
    made.is_for("+12025550201")
    call = made.call
    assert CrowdCall.from_json(json.loads(json.dumps(call.to_json()))) == call
    assert call.recorded_from_s == 1.0
    assert call.rung_for == "+12025550201"
