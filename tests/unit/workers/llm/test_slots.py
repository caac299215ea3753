"""Which slot takes the next reply?"""

from hypothesis import given
from hypothesis import strategies as st

from workers.llm.slots import SlotTable


def test_a_call_goes_back_to_its_slot() -> None:
    table = SlotTable(3)
    taken = [table.take(call) for call in ("a", "b", "c")]
    for slot in (2, 0, 1):
        table.give_back(slot)
    assert [table.take(call) for call in ("a", "b", "c")] == taken


def test_a_new_call_takes_the_slot_that_was_idle_longest() -> None:
    table = SlotTable(2)
    first, second = table.take("a"), table.take("b")
    assert first is not None
    assert second is not None
    table.give_back(second)
    table.give_back(first)
    assert table.take("c") == second


def test_there_is_no_slot_when_all_are_taken() -> None:
    table = SlotTable(1)
    table.take("a")
    assert table.take("a") is None


@given(st.integers(1, 5), st.lists(st.sampled_from("abcdef") | st.none(), max_size=40))
def test_no_slot_is_taken_twice(count: int, calls: list[str | None]) -> None:
    table = SlotTable(count)
    taken: list[int] = []
    for call in calls:
        if call is None:
            if taken:
                table.give_back(taken.pop(0))
            continue
        slot = table.take(call)
        assert (slot is None) == (len(taken) == count)
        if slot is not None:
            assert slot not in taken
            assert 0 <= slot < count
            taken.append(slot)
