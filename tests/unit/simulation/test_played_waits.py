import pytest

from voicebot.queueing.model import Place, Rank
from voicebot.queueing.wait_time import Outlook
from voicebot.simulation.counts import Counts
from voicebot.simulation.played_waits import PlayedWaits


def _place(number: int) -> Place:
    return Place(Rank.REGULAR, float(number), number)


def _waits() -> PlayedWaits:
    waits = PlayedWaits(Counts())
    for _ in range(20):
        waits.estimator.conversation_ended(60.0)
    return waits


def test_who_gave_up_counts_by_the_wait_that_would_have_been() -> None:
    counts = Counts()
    waits = PlayedWaits(counts)
    for _ in range(20):
        waits.estimator.conversation_ended(60.0)
    first = waits.tell(Outlook(0, 1), 0.0, is_counted=True)
    second = waits.tell(Outlook(1, 1), 5.0, is_counted=True)
    waits.gave_up(1, _place(1), first, 10.0)
    assert counts.estimates.count == 0
    waits.admitted(2, _place(2), second, 65.0)
    assert [known.wait_s for known in counts.waits] == [65.0, 60.0]


def test_what_is_told_before_the_warm_up_is_over_teaches_but_does_not_count() -> None:
    counts = Counts()
    waits = PlayedWaits(counts)
    for _ in range(20):
        waits.estimator.conversation_ended(60.0)
    told = waits.tell(Outlook(0, 1), 0.0, is_counted=False)
    waits.admitted(1, _place(1), told, 65.0)
    assert counts.estimates.count == 0


def test_a_slot_that_stays_free_ends_all_virtual_waits() -> None:
    waits = _waits()
    told = waits.tell(Outlook(0, 1), 0.0, is_counted=True)
    waits.gave_up(1, _place(1), told, 10.0)
    waits.slot_left_free(30.0)
    # Known now: the next range of the past holds it.
    assert waits.tell(Outlook(0, 1), 31.0, is_counted=True).past_s == (30.0, 30.0)


def test_others_are_asked_at_the_same_moment() -> None:
    waits = _waits()
    told = waits.tell(Outlook(0, 1), 0.0, is_counted=True)
    waits.admitted(1, _place(1), told, 80.0)
    again = waits.tell(Outlook(3, 2), 90.0, is_counted=True)
    assert again.asterisk_s == 20.0
    assert again.estimate is not None
    assert again.estimate.point_s == pytest.approx(120.0, rel=0.05)
