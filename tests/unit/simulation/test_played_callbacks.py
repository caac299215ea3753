from voicebot.queueing.model import Place, Rank
from voicebot.simulation.played_callbacks import Owed, PlayedCallbacks, pause_s
from voicebot.simulation.scenario import Callbacks

RULES = Callbacks(offered_above_s=0, taken=1, answered=1, max_attempts=3, again_s=60)


def _owed(number: int, rank: Rank = Rank.REGULAR) -> Owed:
    return Owed(Place(rank, float(number), number), number)


def test_the_places_of_their_callers_decide() -> None:
    callbacks = PlayedCallbacks()
    for owed in (_owed(5), _owed(2), _owed(9, Rank.DROPPED)):
        callbacks.due(owed)
    assert callbacks.before(Place(Rank.REGULAR, 3.0, 3)) == 2
    assert [callbacks.take_head().number for _ in range(3)] == [9, 2, 5]
    assert callbacks.head() is None


def test_those_who_come_later_are_known_by_the_time_they_are_due() -> None:
    callbacks = PlayedCallbacks()
    callbacks.pause(_owed(2), until_s=100.0)
    assert callbacks.due_in_s(Place(Rank.REGULAR, 3.0, 3), now_s=40.0) == (60.0,)
    assert callbacks.due_in_s(Place(Rank.REGULAR, 1.0, 1), now_s=40.0) == ()
    callbacks.due(_owed(2))
    assert callbacks.due_in_s(Place(Rank.REGULAR, 3.0, 3), now_s=40.0) == ()
    assert len(callbacks) == 1


def test_pauses_double_until_there_were_enough_attempts() -> None:
    assert [pause_s(RULES, attempts) for attempts in (1, 2, 3)] == [60.0, 120.0, None]
