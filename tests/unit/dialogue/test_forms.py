"""Forms come to an end, whatever the caller says."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.fixed_phrases import Phrases
from voicebot.dialogue.forms import (
    MIN_NUMBER_DIGITS,
    Ask,
    Dropped,
    Filled,
    FormKind,
    begin,
    dump_form,
    load_form,
    receive,
)

PHRASES = Phrases()
SAID = st.sampled_from(
    ["", "yes", "no", "Ann Smith", "two oh two five five five zero one two three", "goodbye",
     "cancel", "blue", "555", "hm", "my name is Bob", "No, it's K, E, L, L, E, R"]
)  # fmt: skip
KEYS = st.sampled_from(["", "1", "2", "2025550123", "12"])
NUMBERS = st.sampled_from(["", "+12025550123", "anonymous", "123"])


@given(st.sampled_from(FormKind), NUMBERS, st.lists(st.tuples(SAID, KEYS), min_size=40))
def test_every_form_ends_and_uses_only_numbers_that_can_be_dialled(
    kind: FormKind, caller: str, answers: list[tuple[str, str]]
) -> None:
    asked = begin(kind, caller, PHRASES)
    for heard, keys in answers:
        assert asked.text
        assert load_form(dump_form(asked.form)) == asked.form, "it survives being stored"
        verdict = receive(asked.form, heard, keys, PHRASES)
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
