"""A number that is entered ends, and is what was agreed to."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.fixed_phrases import Phrases
from voicebot.dialogue.forms import Dropped
from voicebot.dialogue.menu import NumberEntry
from voicebot.dialogue.number_entry import (
    AskEntry,
    Entered,
    Entry,
    ask,
    dump_entry,
    load_entry,
    receive,
)

PHRASES = Phrases()


def wanted(**changes: Any) -> NumberEntry:
    fields = {"id": "order", "offer": "x", "ask": "Please enter it.", "done": "Thank you."}
    return NumberEntry.model_validate(fields | {"min_digits": 3, "max_digits": 6} | changes)


@given(
    st.booleans(),
    st.lists(
        st.tuples(
            st.sampled_from(["", "yes", "no", "one two three", "hm", "goodbye"]),
            st.text("0123456789", max_size=8),
        ),
        min_size=30,
    ),
)
def test_an_entry_ends_in_a_number_of_the_right_length_or_none(
    is_secret: bool, answers: list[tuple[str, str]]
) -> None:
    place = wanted(is_secret=is_secret)
    asked = ask(place, Entry("order"), place.ask)
    for heard, keys in answers:
        assert load_entry(dump_entry(asked.entry)) == asked.entry
        verdict = receive(place, asked.entry, heard, keys, PHRASES)
        if isinstance(verdict, Entered):
            assert 3 <= len(verdict.digits) <= 6
            assert is_secret or asked.entry.digits == verdict.digits, "agreed to before"
            return
        if isinstance(verdict, Dropped):
            return
        assert isinstance(verdict, AskEntry)
        assert not (is_secret and any(digit in verdict.text for digit in keys if keys))
        asked = verdict


def test_the_pound_key_belongs_to_the_longest_number_and_is_not_waited_for_by_fixed_ones() -> None:
    for place, max_keys in ((wanted(), 7), (wanted(min_digits=6), 6)):
        listen = ask(place, Entry("order"), place.ask).listen
        assert listen is not None
        assert listen.max_keys == max_keys


def test_a_pound_key_after_a_complete_number_has_it_read_back_again() -> None:
    place = wanted(min_digits=6)
    first = receive(place, Entry("order"), "", "471147", PHRASES)
    assert isinstance(first, AskEntry)
    assert receive(place, first.entry, "", "#", PHRASES) == first
