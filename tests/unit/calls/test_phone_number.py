import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.phone_number import CallerNumber, NumberKind, caller_number, country_of

COUNTRIES = st.sampled_from(["US", "DE", "GB", "IT", "JP", "AU", None])


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("+493012345678", "US", "+493012345678"),
        ("+49 (30) 1234-5678", None, "+493012345678"),
        ("030 12345678", "DE", "+493012345678"),
        ("00493012345678", "DE", "+493012345678"),
        ("00493012345678", None, "+493012345678"),
        ("011493012345678", "US", "+493012345678"),
        ("493012345678", "US", "+493012345678"),
        ("2025550143", "US", "+12025550143"),
        ("12025550143", "US", "+12025550143"),
        ("12025550143", None, "+12025550143"),
        ("1-202-555-0143", "US", "+12025550143"),
        ("02079460000", "GB", "+442079460000"),
        # An Italian number keeps its zero.
        ("0612345678", "IT", "+390612345678"),
        # Belongs to no country: international freephone.
        ("+80012345678", "DE", "+80012345678"),
    ],
)
def test_a_number_has_one_spelling_however_the_trunk_sends_it(
    raw: str, country: str | None, number: str
) -> None:
    read = caller_number(raw, country=country)
    assert (read.kind, read.number) == (NumberKind.E164, number)
    assert read.can_be_called_back


@pytest.mark.parametrize(
    "raw", ["", " ", "anonymous", "Anonymous", "Unavailable", "restricted", "PRIVATE", "unknown"]
)
def test_a_withheld_number_is_known_for_one(raw: str) -> None:
    assert caller_number(raw, country="US") == CallerNumber(NumberKind.WITHHELD)


@pytest.mark.parametrize("raw", ["7", "101", "0100", "4711"])
def test_an_extension_is_kept_and_is_not_to_be_called_back(raw: str) -> None:
    read = caller_number(raw, country="US")
    assert (read.kind, read.number, read.country) == (NumberKind.EXTENSION, raw, None)
    assert not read.can_be_called_back


@pytest.mark.parametrize(
    "raw",
    [
        "7" * 300,
        "+",
        "++493012345678",
        "4930+12345678",
        "+0000000000",
        "9999999999999",
        "alice",
        '"; DROP TABLE calls; --',
        "${SHELL(id)}",
        "a,b",
        "٣٠١٢٣٤٥٦٧٨",
        "+49\n3012345678",
        "\x00",
    ],
)
def test_what_is_no_number_is_malformed(raw: str) -> None:
    assert caller_number(raw, country="US") == CallerNumber(NumberKind.MALFORMED)


def test_a_country_is_told_with_the_number() -> None:
    assert caller_number("+442079460000", country="US").country == "GB"
    assert caller_number("+80012345678", country="DE").country == "001"


@pytest.mark.parametrize(
    ("did", "country"),
    [("+12025550100", "US"), ("+493012345678", "DE"), ("1000", None), ("", None), ("+0", None)],
)
def test_the_country_of_a_did_is_that_of_its_number(did: str, country: str | None) -> None:
    assert country_of(did) == country


def test_a_number_is_not_in_its_representation() -> None:
    assert "3012345678" not in repr(caller_number("+493012345678", country=None))


@given(st.text(), COUNTRIES)
def test_any_text_is_read_as_something(raw: str, country: str | None) -> None:
    read = caller_number(raw, country=country)
    assert (read.number == "") == (read.kind in (NumberKind.WITHHELD, NumberKind.MALFORMED))
    assert set(read.number) <= set("+0123456789")
    assert len(read.number) <= 16


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True), COUNTRIES)
def test_reading_a_number_that_was_read_changes_nothing(raw: str, country: str | None) -> None:
    once = caller_number(raw, country=country)
    if once.kind is NumberKind.E164:
        assert caller_number(once.number, country=country) == once


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_every_countrys_own_spelling_is_understood_there(country: str) -> None:
    example = phonenumbers.example_number(country)
    assert example is not None
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    read = caller_number(national, country=country)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert (read.kind, read.number) == (NumberKind.E164, e164)


def test_a_national_number_whose_country_nobody_named_keeps_its_digits() -> None:
    read = caller_number("2025550001", country=None)
    assert (read.kind, read.number) == (NumberKind.NATIONAL, "2025550001")
    assert not read.can_be_called_back
