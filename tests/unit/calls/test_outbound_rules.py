"""Who may be rung, and why somebody may not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.outbound_rules import (
    Destination,
    History,
    Refusal,
    Refused,
    caller_id_of,
    destination_of,
    refusal_by_history,
    refusal_now,
    rules_of,
)
from voicebot.dialogue.business import Business
from voicebot.dialogue.outbound import Outbound

DID = "+12025550100"
GREETING = "This is the machine of the shop."
NOON_IN_NEW_YORK = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday
FRESH = History(dials_of_number=0, dials_in_minute=0, is_barred=False, is_in_progress=False)


def rules(**changes: object) -> Outbound:
    return Outbound.model_validate({"greeting": GREETING, **changes})


def business(**changes: object) -> Business:
    return Business.model_validate(
        {
            "name": "Shop",
            "dids": ["1000", DID],
            "persona": "You help.",
            "greeting": "You speak with a machine.",
            "outbound": {"greeting": GREETING},
            **changes,
        }
    )


def reason(verdict: object) -> Refusal | None:
    return verdict.reason if isinstance(verdict, Refused) else None


def to(number: str, **changes: object) -> Destination | Refused:
    return destination_of(number, rules(**changes), DID, ["1000", DID])


def test_a_business_without_rules_rings_nobody() -> None:
    assert reason(rules_of(business(outbound=None))) is Refusal.NOT_SET_UP
    assert isinstance(rules_of(business()), Outbound)


def test_the_first_number_in_e164_is_shown_and_another_only_if_it_is_ours() -> None:
    assert caller_id_of(business(), None) == DID
    assert caller_id_of(business(), "1000") == "1000"
    assert caller_id_of(business(), DID.removeprefix("+")) == DID
    assert reason(caller_id_of(business(), "+12025550199")) is Refusal.CALLER_ID


@pytest.mark.parametrize(
    "written", ["+12025550123", "2025550123", "(202) 555-0123", "1 202 555 0123", "0012025550123"]
)
def test_one_number_however_it_is_written(written: str) -> None:
    found = to(written)
    assert isinstance(found, Destination)
    assert (found.number, found.country) == ("+12025550123", "US")
    assert found.time_zones == ("America/New_York",)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", Refusal.NO_NUMBER),
        ("call me", Refusal.NO_NUMBER),
        ("1001", Refusal.NO_NUMBER),
        ("+12025550123@evil.example", Refusal.NO_NUMBER),
        ("911", Refusal.EMERGENCY),
        ("9 1 1", Refusal.EMERGENCY),
        ("112", Refusal.EMERGENCY),
        ("+1 911", Refusal.EMERGENCY),
        # Germany's, named by its country code although nobody may ring there.
        ("+49110", Refusal.EMERGENCY),
        ("+19005550123", Refusal.PREMIUM_RATE),
        (DID, Refusal.OWN_NUMBER),
        ("+4930123456", Refusal.DESTINATION),
        # The same country code, another country, much dearer: known from toll fraud.
        ("+12684641234", Refusal.DESTINATION),
        # Satellite telephones are of no country.
        ("+881612345678", Refusal.DESTINATION),
    ],
)
def test_what_is_refused_says_why(number: str, expected: Refusal) -> None:
    verdict = to(number)
    assert reason(verdict) is expected
    assert isinstance(verdict, Refused)
    assert verdict.remedy
    assert len(number) < 5 or number not in verdict.remedy


def test_a_business_may_ring_other_countries_and_places_it_names() -> None:
    assert isinstance(to("+4930123456", countries=("DE",)), Destination)
    assert isinstance(to("+4930123456", prefixes=("+4930",)), Destination)
    assert reason(to("+4989123456", prefixes=("+4930",))) is Refusal.DESTINATION
    # Whoever lists countries means those alone.
    assert reason(to("+12025550123", countries=("DE",))) is Refusal.DESTINATION


@pytest.mark.parametrize("allowed", [{"countries": ("GB", "US")}, {"prefixes": ("+4", "+1")}])
def test_no_business_may_allow_emergency_or_costly_numbers(allowed: dict[str, object]) -> None:
    assert reason(to("+449098790000", **allowed)) is Refusal.PREMIUM_RATE
    assert reason(to("+19005550123", **allowed)) is Refusal.PREMIUM_RATE
    assert reason(to("+44999", **allowed)) is Refusal.EMERGENCY


def test_a_number_of_an_extension_alone_needs_countries_named() -> None:
    assert reason(destination_of("+12025550123", rules(), "1000", ["1000"])) is Refusal.DESTINATION
    allowed = destination_of("+12025550123", rules(countries=("US",)), "1000", ["1000"])
    assert isinstance(allowed, Destination)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_an_example_number_of_any_country_is_rung_only_where_it_is_allowed(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    home = to(number)
    assert (
        isinstance(home, Destination) == (phonenumbers.region_code_for_number(example) == "US")
        or reason(home) is Refusal.EMERGENCY
    )


@given(st.text(max_size=30))
def test_nothing_that_is_typed_raises(number: str) -> None:
    verdict = to(number)
    assert isinstance(verdict, Refused) or phonenumbers.is_valid_number(
        phonenumbers.parse(verdict.number, None)
    )


@pytest.mark.parametrize(
    ("hour", "is_allowed"), [(8, False), (9, True), (19, True), (20, False), (3, False)]
)
def test_it_is_the_clock_of_whoever_is_rung_that_counts(hour: int, is_allowed: bool) -> None:
    destination = to("+12125550123")
    assert isinstance(destination, Destination)
    at = datetime(2026, 11, 24, hour, 30, tzinfo=ZoneInfo("America/New_York"))
    refused = refusal_now(destination, rules(), at.astimezone(UTC))
    assert (refused is None) == is_allowed
    assert refused is None or refused.reason is Refusal.HOURS


ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "Pacific/Honolulu", "Etc/Unknown")


@given(
    st.sets(st.sampled_from(ZONES)),
    st.integers(0, 7 * 24 * 4).map(lambda quarter: timedelta(minutes=15 * quarter)),
)
def test_a_number_that_may_be_in_several_zones_is_rung_when_all_allow_it(
    zones: set[str], since: timedelta
) -> None:
    at = NOON_IN_NEW_YORK + since

    def is_allowed(*names: str) -> bool:
        return refusal_now(Destination("+1", "US", names), rules(), at) is None

    assert is_allowed(*zones) == (bool(zones) and all(is_allowed(zone) for zone in zones))
    assert not is_allowed("Etc/Unknown")
    assert not is_allowed("Mars/Olympus")


def test_nobody_is_rung_on_a_day_without_hours() -> None:
    sunday = datetime(2026, 11, 22, 17, tzinfo=UTC)
    destination = Destination("+12125550123", "US", ("America/New_York",))
    assert refusal_now(destination, rules(), sunday) is not None
    everyday = rules(hours={"sun": ["00:00-24:00"]})
    assert refusal_now(destination, everyday, sunday) is None


def test_what_was_done_before_counts() -> None:
    limits = rules(max_per_number_per_day=2, max_per_minute=5, max_per_range_per_day=3)

    def said(**changes: object) -> Refusal | None:
        values = {name: getattr(FRESH, name) for name in FRESH.__slots__} | changes
        return reason(refusal_by_history(limits, History(**values)))

    assert said() is None
    assert said(dials_of_number=1, dials_in_minute=4) is None
    assert said(dials_of_number=2) is Refusal.NUMBER_CAP
    assert said(dials_in_minute=5) is Refusal.RATE
    assert said(dials_of_range=2) is None
    assert said(dials_of_range=3) is Refusal.RANGE_CAP
    assert said(is_in_progress=True) is Refusal.IN_PROGRESS
    assert said(is_barred=True, is_in_progress=True) is Refusal.DO_NOT_CALL


@given(
    st.integers(0, 200),
    st.integers(0, 200),
    st.booleans(),
    st.integers(1, 100),
    st.integers(1, 100),
)
def test_no_limit_is_ever_passed_and_nobody_on_the_list_is_rung(
    of_number: int, in_minute: int, is_barred: bool, per_day: int, per_minute: int
) -> None:
    limits = rules(max_per_number_per_day=per_day, max_per_minute=per_minute)
    history = History(of_number, in_minute, is_barred, is_in_progress=False)
    may = refusal_by_history(limits, history) is None
    assert may == (of_number < per_day and in_minute < per_minute and not is_barred)
