"""Forms come to an end, whatever the caller says."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.fixed_phrases import Phrases
from voicebot.dialogue.forms import (
    MIN_NUMBER_DIGITS,
    Ask,
    Dropped,
    Filled,
    FormKind,
    Times,
    another_time,
    begin,
    dump_form,
    load_form,
    receive,
)

PHRASES = Phrases()
SAID = st.sampled_from(
    ["", "yes", "no", "Ann Smith", "two oh two five five five zero one two three", "goodbye",
     "cancel", "blue", "555", "hm", "my name is Bob", "No, it's K, E, L, L, E, R",
     "tomorrow at three",
     "on Friday between nine and ten", "as soon as possible"]
)  # fmt: skip
KEYS = st.sampled_from(["", "1", "2", "2025550123", "12"])
NUMBERS = st.sampled_from(["", "+12025550123", "anonymous", "123"])


TIMES = Times(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "America/New_York")


@given(
    st.sampled_from(FormKind),
    NUMBERS,
    st.sampled_from([None, TIMES]),
    st.lists(st.tuples(SAID, KEYS), min_size=40),
)
def test_every_form_ends_and_uses_only_numbers_that_can_be_dialled(
    kind: FormKind, caller: str, times: Times | None, answers: list[tuple[str, str]]
) -> None:
    asked = begin(kind, caller, PHRASES, times)
    for heard, keys in answers:
        assert asked.text
        assert load_form(dump_form(asked.form)) == asked.form, "it survives being stored"
        verdict = receive(asked.form, heard, keys, PHRASES, times)
        if isinstance(verdict, Dropped):
            return
        if isinstance(verdict, Filled):
            digits = sum(digit.isdigit() for digit in verdict.form.number)
            assert digits == 0 or digits >= MIN_NUMBER_DIGITS
            assert kind is FormKind.MESSAGE or digits, "nobody can be called back without a number"
            return
        assert isinstance(verdict, Ask)
        asked = verdict
    # Only a caller who corrects the number again and again is listened to for so long.
    assert any(len(keys) > 2 or "two" in heard for heard, keys in answers)


def test_a_number_counts_only_when_the_caller_has_agreed() -> None:
    asked = begin(FormKind.CALLBACK, "+12025550123", PHRASES)
    for heard in ("no", "blue", "green", "red"):
        verdict = receive(asked.form, heard, "", PHRASES)
        if isinstance(verdict, Dropped):
            return
        assert isinstance(verdict, Ask)
        asked = verdict
    raise AssertionError("a callback that nobody agreed to")


def test_a_correction_is_read_back() -> None:
    asked = begin(FormKind.CALLBACK, "+12025550123", PHRASES)
    verdict = receive(asked.form, "no, it is 202 555 0144", "", PHRASES)
    assert isinstance(verdict, Ask)
    assert "0 1 4 4" in verdict.text


def test_a_name_is_what_remains_of_the_sentence() -> None:
    asked = begin(FormKind.MESSAGE, "", PHRASES)
    for said, name in (
        ("Yes, my name is ann smith.", "Ann smith"),
        ("This is Bob", "Bob"),
        ("It's Joe.", "Joe"),
        ("Maria", "Maria"),
    ):
        verdict = receive(asked.form, said, "", PHRASES)
        assert isinstance(verdict, Ask)
        assert verdict.form.name == name


def test_a_spelled_name_is_read_back_letter_by_letter() -> None:
    asked = begin(FormKind.MESSAGE, "+12025550123", PHRASES)
    read_back = receive(asked.form, "My name is Anna Kellar, K E double L E R", "", PHRASES)
    assert isinstance(read_back, Ask)
    assert read_back.form.name == "Anna Keller"
    assert "Anna Keller, K, E, L, L, E, R" in read_back.text


def test_a_name_that_was_misheard_may_be_spelled_instead_of_a_yes() -> None:
    asked = begin(FormKind.MESSAGE, "+12025550123", PHRASES)
    misheard = receive(asked.form, "Win", "", PHRASES)
    assert isinstance(misheard, Ask)
    corrected = receive(misheard.form, "No, it's N as in Nancy, G, U, Y, E, N", "", PHRASES)
    assert isinstance(corrected, Ask)
    assert "Nguyen, N, G, U, Y, E, N" in corrected.text
    agreed = receive(corrected.form, "Yes.", "", PHRASES)
    assert isinstance(agreed, Ask)
    assert (agreed.form.name, agreed.form.number) == ("Nguyen", "+12025550123")


def _asked(*answers: str, heard: str = "call me back", times: Times | None = TIMES) -> Ask | Filled:
    asked = begin(FormKind.CALLBACK, "+12025550123", PHRASES, times, heard)
    for answer in answers:
        verdict = receive(asked.form, answer, "", PHRASES, times)
        if isinstance(verdict, Filled):
            return verdict
        assert isinstance(verdict, Ask)
        asked = verdict
    return asked


def test_a_time_that_is_asked_for_is_read_back_before_it_counts() -> None:
    asked = _asked(heard="Please call me back tomorrow between three and five.")
    assert isinstance(asked, Ask)
    assert "tomorrow between 3 p.m. and 5 p.m." in asked.text
    filled = _asked("yes", heard="Please call me back tomorrow between three and five.")
    assert isinstance(filled, Filled)
    assert filled.form.window == "2026-11-24 15:00-17:00 America/New_York"


def test_a_time_may_be_named_when_the_number_is_read_back() -> None:
    asked = _asked()
    assert isinstance(asked, Ask)
    assert asked.text.endswith(PHRASES.or_when)
    filled = _asked("Yes, on Friday at ten.", "yes")
    assert isinstance(filled, Filled)
    assert filled.form.window == "2026-11-27 10:00-11:00 America/New_York"


def test_as_soon_as_possible_takes_a_time_back() -> None:
    filled = _asked("tomorrow at ten", "no, as soon as possible", "yes")
    assert isinstance(filled, Filled)
    assert filled.form.window == ""


def test_where_people_ring_back_no_time_is_promised() -> None:
    asked = _asked("tomorrow at ten", times=None)
    assert isinstance(asked, Ask)
    assert asked.form.window == ""
    assert PHRASES.or_when not in asked.text


def test_another_time_is_asked_for_in_place_of_one_that_is_not_rung_at() -> None:
    filled = _asked("tomorrow at ten", "yes")
    assert isinstance(filled, Filled)
    again = another_time(filled.form, PHRASES, TIMES)
    assert again is not None
    assert again.form.window == ""
    assert again.text.endswith(PHRASES.or_when)
