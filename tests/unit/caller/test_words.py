import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.words import contains_words, tokens

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spelled(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    scale, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = number % scale
    return f"{spelled(number // scale)} {name}" + (f" and {spelled(rest)}" if rest else "")


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("We open at 9 a.m.", "we open at nine AM"),
        ("It is $18.", "it is eighteen dollars"),
        ("That's $18.50", "thats eighteen dollars and fifty cents"),
        ("from 9:30 to 18:00", "from nine thirty to eighteen o'clock"),
        ("call 202-555-0100", "call two zero two five five five zero one zero zero"),
        ("call 5550100", "call five five five oh one oh oh"),
        ("on December 25th", "on the December twenty-fifth"),
        ("1,200 bikes", "twelve hundred bikes"),
        ("2 thousand", "2000"),
        ("20% off", "twenty percent off"),
        ("in 2026", "in twenty twenty-six"),
        ("open 6 pm", "open 6pm"),
        ("3.5 km", "three point five km"),
    ],
)
def test_the_same_words_written_differently_are_heard(heard: str, expected: str) -> None:
    assert contains_words(heard, expected) == 1.0
    assert contains_words(expected, heard) == 1.0


@given(st.integers(0, 999_999))
def test_a_number_reads_the_same_in_words_and_in_digits(number: int) -> None:
    assert tokens(spelled(number)) == tokens(str(number)) == tokens(f"{number:,}")


@given(st.text())
def test_a_text_contains_its_own_words(text: str) -> None:
    assert contains_words(text, text) == 1.0


@given(st.lists(st.sampled_from(["bike", "shop", "open", "nine", "ten"])), st.data())
def test_the_share_is_that_of_the_words_left(words: list[str], data: st.DataObject) -> None:
    kept = [word for word in words if data.draw(st.booleans())]
    share = contains_words(" ".join(kept), " ".join(words))
    wanted = tokens(" ".join(words))
    assert share == (1.0 if not wanted else len(tokens(" ".join(kept))) / len(wanted))


def test_words_in_another_order_count_less() -> None:
    assert contains_words("open we are", "we are open") == pytest.approx(2 / 3)


def test_a_wrong_number_is_noticed() -> None:
    assert contains_words("we open at 8", "we open at nine") == 0.75


def test_nothing_heard_is_nothing() -> None:
    assert contains_words("", "we are open") == 0.0
    assert contains_words("anything", "") == 1.0
