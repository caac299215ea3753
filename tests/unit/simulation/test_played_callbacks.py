from voicebot.queueing.callbacks import CallbackState, Why
from voicebot.queueing.model import Place, Rank
from voicebot.simulation.played_callbacks import PlayedCallbacks
from voicebot.simulation.scenario import Callbacks

RULES = Callbacks(offered_above_s=0, taken=1, answered=1, max_attempts=3, again_s=60)


def _place(number: int, rank: Rank = Rank.REGULAR) -> Place:
    return Place(rank, float(number), number)


def _booked(*places: Place) -> PlayedCallbacks:
    callbacks = PlayedCallbacks()
    for place in places:
        callbacks.book(place, RULES, now_s=0.0)
    return callbacks


def test_the_places_of_their_callers_decide() -> None:
    callbacks = _booked(_place(5), _place(2), _place(9, Rank.DROPPED))
    assert callbacks.before(_place(3)) == 2
    assert [callbacks.ring_head().place.number for _ in range(3)] == [9, 2, 5]
    assert callbacks.head() is None


def test_those_who_come_later_are_known_by_the_time_they_are_due() -> None:
    callbacks = _booked(_place(2))
    callbacks.ring_head()
    assert callbacks.not_reached(2, RULES, now_s=40.0) == 100.0
    assert callbacks.due_in_s(_place(3), now_s=40.0) == (60.0,)
    assert callbacks.due_in_s(_place(1), now_s=40.0) == ()
    callbacks.due_again(2)
    assert callbacks.due_in_s(_place(3), now_s=40.0) == ()
    assert len(callbacks) == 1


def test_pauses_double_until_there_were_enough_attempts() -> None:
    callbacks, now_s, pauses = _booked(_place(1)), 0.0, []
    while True:
        callbacks.ring_head()
        again_at_s = callbacks.not_reached(1, RULES, now_s)
        if again_at_s is None:
            break
        pauses.append(again_at_s - now_s)
        now_s = again_at_s
        callbacks.due_again(1)
    assert pauses == [60.0, 120.0]
    assert 1 not in callbacks


def test_whoever_is_cut_off_when_rung_back_is_due_at_once_and_first() -> None:
    callbacks = _booked(_place(4), _place(7))
    callbacks.ring_head()
    callbacks.connected(4)
    assert callbacks[4].state is CallbackState.CONNECTED
    assert callbacks.broke(4, RULES, now_s=30.0) == 30.0
    callbacks.due_again(4)
    assert callbacks.head() == _place(4, Rank.DROPPED)
    assert callbacks[4].why is Why.DROPPED
    callbacks.ring_head()
    callbacks.connected(4)
    callbacks.served(4)
    assert 4 not in callbacks
