import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.number_key import number_key


@pytest.mark.parametrize(
    "written",
    ["+15550100123", "+1 (555) 010-0123", "0015550100123", " 00 1555 0100123", "+1.555.010.0123"],
)
def test_one_number_is_the_same_however_it_is_written(written: str) -> None:
    assert number_key(written) == "+15550100123"


def test_a_number_without_its_country_stays_as_its_digits() -> None:
    assert number_key("0555 0100") == "05550100"
    assert number_key("1000") == "1000"
    assert number_key("\u0661\u0662\u0663") == "123"  # Arabic-Indic digits


@pytest.mark.parametrize("written", ["", "anonymous", "+", "<>", "+++"])
def test_what_holds_no_digits_is_no_number(written: str) -> None:
    assert number_key(written) == ""


@pytest.mark.parametrize("written", ["+999999999999999999999", "+0", "+1"])
def test_a_number_of_no_country_is_its_digits(written: str) -> None:
    assert number_key(written) == written[1:]


@given(st.text(max_size=40))
def test_no_text_whatever_is_in_it_raises(text: str) -> None:
    assert number_key(text).removeprefix("+").isdigit() or number_key(text) == ""


@given(st.text("0123456789", min_size=7, max_size=15), st.text(" -()./", max_size=5))
def test_signs_between_the_digits_mean_nothing(digits: str, signs: str) -> None:
    assert number_key(f"+{digits[:3]}{signs}{digits[3:]}") == number_key(f"+{digits}")


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text: str) -> None:
    assert number_key(number_key(text)) == number_key(text)
