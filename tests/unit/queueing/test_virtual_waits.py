from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.model import Place, Rank
from voicebot.queueing.virtual_waits import VirtualWaits


def _place(number: int, rank: Rank = Rank.REGULAR) -> Place:
    return Place(rank, float(number), number)


def test_their_turn_would_have_come_when_somebody_behind_them_is_admitted() -> None:
    waits: VirtualWaits[str] = VirtualWaits()
    waits.gave_up(_place(3), "third")
    waits.gave_up(_place(1), "first")
    assert list(waits.admitted(_place(2))) == [(_place(1), "first")]
    assert list(waits.admitted(_place(2))) == []
    assert len(waits) == 1


def test_one_of_better_rank_says_nothing_of_those_behind() -> None:
    waits: VirtualWaits[str] = VirtualWaits()
    waits.gave_up(_place(1), "first")
    assert list(waits.admitted(_place(9, Rank.VIP))) == []


def test_a_free_slot_would_have_been_anybodys() -> None:
    waits: VirtualWaits[str] = VirtualWaits()
    waits.gave_up(_place(2), "second")
    waits.gave_up(_place(1), "first")
    assert [told for _, told in waits.slot_left_free()] == ["first", "second"]
    assert len(waits) == 0


@given(st.lists(st.integers(0, 50), unique=True), st.lists(st.integers(0, 50)))
def test_everybody_is_told_once_and_none_too_early(left: list[int], admitted: list[int]) -> None:
    waits: VirtualWaits[int] = VirtualWaits()
    for number in left:
        waits.gave_up(_place(number), number)
    known = []
    for number in admitted:
        for place, told in waits.admitted(_place(number)):
            assert place < _place(number)
            known.append(told)
    known += [told for _, told in waits.slot_left_free()]
    assert sorted(known) == sorted(left)


def test_those_at_the_same_place_of_two_lines_leave_in_their_order() -> None:
    waits: VirtualWaits[object] = VirtualWaits()
    one, other = object(), object()
    waits.gave_up(_place(1), one)
    waits.gave_up(_place(1), other)
    assert [told for _, told in waits.slot_left_free()] == [one, other]
