"""A number typed key by key: when it ends, and with what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import IllegalTransition
from voicebot.turns.key_entry import Entry, EntryEnd, EntryRules, KeyEntry

NUMBER = EntryRules(min_digits=4, max_digits=8)


def typed(keys: str, rules: EntryRules = NUMBER) -> tuple[KeyEntry, Entry | None]:
    entry, ended = KeyEntry(rules, 0.0), None
    for i, key in enumerate(keys):
        ended = entry.receive(key, i * 0.5)
    return entry, ended


def test_a_menu_takes_one_key() -> None:
    assert typed("3", EntryRules())[1] == Entry(EntryEnd.COMPLETE, "3")


def test_a_number_ends_with_its_last_digit_or_with_the_terminator() -> None:
    assert typed("12345678")[1] == Entry(EntryEnd.COMPLETE, "12345678")
    assert typed("1234#")[1] == Entry(EntryEnd.COMPLETE, "1234")


def test_a_number_that_is_terminated_too_early_is_too_short() -> None:
    assert typed("12#")[1] == Entry(EntryEnd.TOO_SHORT, "12")


def test_the_terminator_alone_is_nothing() -> None:
    assert typed("#")[1] == Entry(EntryEnd.NOTHING, "")


def test_the_eraser_starts_over() -> None:
    assert typed("99*1234#")[1] == Entry(EntryEnd.COMPLETE, "1234")


def test_without_terminator_and_eraser_their_keys_are_digits() -> None:
    rules = EntryRules(max_digits=3, terminator=None, eraser=None)
    assert typed("*1#", rules)[1] == Entry(EntryEnd.COMPLETE, "*1#")


def test_a_caller_who_stops_in_the_middle_is_waited_for_after_each_key() -> None:
    entry, _ = typed("1234")
    deadline = entry.next_deadline()
    assert deadline == 1.5 + NUMBER.next_key_s
    assert entry.on_deadline(deadline - 0.01) is None
    assert entry.on_deadline(deadline) == Entry(EntryEnd.COMPLETE, "1234")
    assert entry.next_deadline() is None
    assert entry.on_deadline(deadline + 1) is None


def test_a_caller_who_types_nothing_gets_the_longer_time() -> None:
    entry = KeyEntry(NUMBER, 10.0)
    assert entry.next_deadline() == 10.0 + NUMBER.first_key_s
    assert entry.on_deadline(10.0 + NUMBER.first_key_s) == Entry(EntryEnd.NOTHING, "")


def test_time_counts_from_the_end_of_the_question() -> None:
    entry = KeyEntry(NUMBER, 0.0)
    entry.extend(5.0)
    assert entry.next_deadline() == 5.0 + NUMBER.first_key_s
    entry.receive("1", 6.0)
    entry.extend(7.0)
    assert entry.next_deadline() == 7.0 + NUMBER.next_key_s
    entry.receive("#", 8.0)
    entry.extend(9.0)
    assert entry.next_deadline() is None


def test_a_key_after_the_end_is_our_own_bug() -> None:
    entry, _ = typed("1234#")
    with pytest.raises(IllegalTransition):
        entry.receive("5", 9.0)


def test_what_was_typed_is_not_in_its_representation() -> None:
    assert "1234" not in repr(typed("1234#")[1])


@given(st.text(alphabet="0123456789*#", max_size=40))
def test_an_entry_never_has_more_digits_than_it_may_nor_a_sign(keys: str) -> None:
    entry, ended = KeyEntry(NUMBER, 0.0), None
    for i, key in enumerate(keys):
        ended = entry.receive(key, i * 0.1)
        if ended is not None:
            break
    if ended is None:
        ended = entry.on_deadline(1_000.0)
    assert ended is not None
    assert len(ended.digits) <= NUMBER.max_digits
    assert not set(ended.digits) & {"*", "#"}
    is_enough = len(ended.digits) >= NUMBER.min_digits
    assert (ended.end is EntryEnd.COMPLETE) == is_enough
