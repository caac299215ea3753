"""Live work goes first."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.after_call.room import QUIET_S, LiveLoad, Patience, Room, RoomReason, room

loads = st.builds(LiveLoad, st.integers(0, 9), st.integers(0, 9))


@given(loads, st.integers(0, 9))
def test_there_is_room_only_beside_few_calls_and_empty_queues(load: LiveLoad, beside: int) -> None:
    assert room(load, beside).is_free == (load.calls <= beside and load.waiting == 0)


@given(loads, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_more_live_work_never_makes_room(
    load: LiveLoad, more_calls: int, more_waiting: int, beside: int
) -> None:
    more = LiveLoad(load.calls + more_calls, load.waiting + more_waiting)
    assert room(load, beside).is_free or not room(more, beside).is_free


def test_where_nobody_tells_there_is_none() -> None:
    assert room(None, 9) == Room(is_free=False, reason=RoomReason.UNKNOWN)


def test_it_says_why() -> None:
    assert room(LiveLoad(1, 1), 0).reason is RoomReason.CALLS
    assert room(LiveLoad(0, 1), 0).reason is RoomReason.WAITING
    assert room(LiveLoad(0, 0), 0).reason is RoomReason.QUIET


looks = st.lists(st.tuples(st.floats(0.0, 3.0), st.booleans()), max_size=30)


@given(looks)
def test_it_stands_still_at_once_and_goes_on_after_a_while_of_room(
    seen: list[tuple[float, bool]],
) -> None:
    patience, now = Patience(), 0.0
    free_since: float | None = None
    for step_s, is_free in seen:
        now += step_s
        free_since = (now if free_since is None else free_since) if is_free else None
        expected = free_since is not None and now - free_since >= QUIET_S
        assert patience.may_work(is_free=is_free, now=now) == expected
