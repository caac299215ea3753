"""Which slot takes the next reply?"""

import threading

from hypothesis import given
from hypothesis import strategies as st

from workers.llm.slots import SharedSlots, SlotTable


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


def test_whoever_finds_all_slots_taken_waits_for_one() -> None:
    shared = SharedSlots(1)
    order: list[str] = []

    def second() -> None:
        with shared.one_for("b"):
            order.append("second")

    with shared.one_for("a"):
        waiting = threading.Thread(target=second)
        waiting.start()
        order.append("first")
    waiting.join(timeout=10)
    assert order == ["first", "second"]


def test_only_idle_slots_are_warmed_and_they_come_back() -> None:
    shared = SharedSlots(3)
    with shared.one_for("a") as taken:
        with shared.all_idle() as idle:
            assert sorted([*idle, taken]) == [0, 1, 2]
        with shared.all_idle() as again:
            assert sorted(again) == sorted(idle)


def test_a_slot_comes_back_from_a_reply_that_failed() -> None:
    shared = SharedSlots(1)
    for _ in range(2):
        try:
            with shared.one_for("a"):
                raise ZeroDivisionError
        except ZeroDivisionError:
            continue
    with shared.all_idle() as idle:
        assert idle == [0]
