"""Card data leaves the transcript, however it was said, and nothing else does."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicebot.dialogue.masking import MASK, is_card_number, mask

# Numbers that card schemes publish for tests.
CARDS = ["4242424242424242", "5555555555554444", "378282246310005", "6011111111111117"]
NAMES = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in "0123456789" if is_card_number(digits + last))


card_numbers = st.text(alphabet="0123456789", min_size=12, max_size=18).map(with_check_digit)


@pytest.mark.parametrize("card", CARDS)
def test_published_numbers_are_card_numbers_and_a_wrong_digit_is_none(card: str) -> None:
    assert is_card_number(card)
    assert not is_card_number(card[:-1] + str((int(card[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "said",
    [
        "my card is 4242424242424242 thanks",
        "my card is 4242 4242 4242 4242 thanks",
        "my card is 4242-4242-4242-4242 thanks",
        "my card is 4242, 4242, 4242, 4242 thanks",
        "my card is four two four two four two four two four two four two four two four two thanks",
        "my card is forty two forty two forty two forty two forty-two forty two 42 42 thanks",
        "my card is four two four two um 4242 and 4242 then four two, four two thanks",
        "my card is double five double five double five 55 5555 double four 4 4 thanks",
        "my card is 55555555 triple five five 4444 thanks",
    ],
)
def test_a_card_number_is_masked_however_it_is_said(said: str) -> None:
    assert mask(said) == f"my card is {MASK} thanks"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("the security code is 123", f"the security code is {MASK}"),
        ("CVV 1234.", f"CVV {MASK}."),
        ("it's one two three, the cvc", f"it's {MASK}, the cvc"),
        ("and on the back it says nine oh one", f"and on the back it says {MASK}"),
        ("the card code is oh one two for sure", f"the card code is {MASK} sure"),
        ("1234 for the security code", f"{MASK} the security code"),
    ],
)
def test_a_security_code_is_masked_beside_its_name(said: str, kept: str) -> None:
    assert mask(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "We are open from ten to six, on Thursdays until eight.",
        "Call me at 202 555 0143, please.",
        "my number is plus four nine three oh one two three four five six seven",
        "I want to rent two bikes for four days",
        "That is 1234 euros",
        "order 4242424242421",  # the check digit is wrong
    ],
)
def test_what_is_no_card_is_kept(said: str) -> None:
    assert mask(said) == said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("it is 4242 4242 4242 4243 I think", f"it is {MASK} I think"),
        ("expires oh five twenty nine", f"expires {MASK}"),
        ("Oh, to be there", "Oh, to be there"),
        ("one two three", MASK),
        ("I have two cards", "I have two cards"),
    ],
)
def test_while_card_data_is_given_every_run_of_digits_goes(said: str, kept: str) -> None:
    assert mask(said, strictly=True) == kept


@given(card=card_numbers, words=st.booleans(), data=st.data())
def test_no_card_number_passes_whatever_stands_between_its_digits(
    card: str, words: bool, data: st.DataObject
) -> None:
    separators = [" ", ", ", " - ", " um ", " and "] if words else ["", " ", "-", ".", " dash "]
    said = "".join(
        (NAMES[digit] if words else digit) + data.draw(st.sampled_from(separators))
        for digit in card
    )
    masked = mask(f"It is {said}, all right?")
    assert masked.startswith(f"It is {MASK}")
    assert not re.search(r"\d", masked)
    assert not set(NAMES.values()) & set(re.findall(r"\w+", masked))


@given(before=st.text(alphabet="0123456789", max_size=8), card=card_numbers)
def test_a_card_number_in_a_longer_run_is_found(before: str, card: str) -> None:
    masked = mask(f"{before}{card}")
    assert not any(
        is_card_number(masked[start : start + length])
        for length in range(13, 20)
        for start in range(len(masked))
        if masked[start : start + length].isdecimal()
    )


@given(st.text(max_size=200), st.booleans())
def test_masking_again_changes_nothing(said: str, strictly: bool) -> None:
    once = mask(said, strictly=strictly)
    assert mask(once, strictly=strictly) == once


@given(st.text(max_size=200))
def test_text_with_few_digits_is_left_as_it_is(said: str) -> None:
    assume(not re.search(r"\d{3}", said))
    assume(sum(sign.isdecimal() for sign in said) < 3)
    assume(
        not re.search(r"zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|te|ty", said)
    )
    assert mask(said) == said
