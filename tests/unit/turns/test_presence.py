"""Whether anything comes from the caller's telephone."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import FRAME_MS
from voicebot.turns.presence import AWAY_AFTER_MS, CallerPresence, Presence

AWAY = AWAY_AFTER_MS // FRAME_MS


def told(presence: CallerPresence, *, is_made: bool, frames: int) -> list[Presence]:
    changes = (presence.receive(FRAME_MS, is_made=is_made) for _ in range(frames))
    return [change for change in changes if change is not None]


def test_the_first_frame_makes_a_caller_audible_also_one_that_the_clock_made() -> None:
    for is_made in (True, False):
        assert told(CallerPresence(), is_made=is_made, frames=5) == [Presence.AUDIBLE]


def test_a_caller_of_whom_nothing_comes_for_long_is_inaudible_once_until_something_comes() -> None:
    presence = CallerPresence()
    told(presence, is_made=False, frames=1)
    assert told(presence, is_made=True, frames=AWAY - 1) == []
    assert told(presence, is_made=True, frames=3 * AWAY) == [Presence.INAUDIBLE]
    assert told(presence, is_made=False, frames=5) == [Presence.AUDIBLE]
    assert told(presence, is_made=True, frames=AWAY) == [Presence.INAUDIBLE]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, AWAY - 1)), max_size=20))
def test_pauses_that_are_shorter_make_nobody_inaudible(runs: list[tuple[bool, int]]) -> None:
    presence, changes = CallerPresence(), []
    for is_made, frames in runs:
        changes += told(presence, is_made=is_made, frames=frames)
        changes += told(presence, is_made=False, frames=1)
    assert changes == [Presence.AUDIBLE] * bool(runs)
