"""What a business tells about itself, and everything in it that can be wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.fakes.sample_business import CONTENT, a_business, content
from voicebot.dialogue.business import MACHINE_WORDS
from voicebot.dialogue.business_parts import WEEKDAYS, Hours
from voicebot.dialogue.fixed_phrases import PATTERNS

A_FACT: dict[str, Any] = {"id": "a", "topic": "a thing", "questions": ["What?"]}


def hours(week: dict[str, Any], zone: str = "America/Chicago", **more: Any) -> Hours:
    return Hours.model_validate({"time_zone": zone, "week": week, **more})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- what is wrong, and where -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ...}, r"name\n  Field required"),
        ({"name": "  \n "}, "must not be empty"),
        ({"nmae": "x"}, r"nmae\n  Extra inputs are not permitted"),
        ({"language": "English"}, "language"),
        ({"dids": []}, "dids"),
        ({"dids": ["10-00"]}, 'dids: "10-00" is no number; digits, with a leading'),
        ({"dids": ["1000", "1000"]}, 'dids: "1000" occurs 2 times'),
        ({"greeting": "Hello, how can I help?"}, "greeting: must say that the caller speaks with"),
        ({"greeting": "Hello, I am Aiden."}, "greeting: must say"),
        ({"hours": {"time_zone": "America/Lakeside", "week": {"mon": []}}}, "no IANA time zone"),
        ({"hours": {"time_zone": "America", "week": {"mon": []}}}, '"America" is no IANA'),
        ({"hours": {"time_zone": "../etc", "week": {"mon": []}}}, "no IANA time zone"),
        ({"hours": {"time_zone": "", "week": {"mon": []}}}, "no IANA time zone"),
        ({"hours": {"time_zone": "UTC", "week": {}}}, "hours.week"),
        ({"hours": {"time_zone": "UTC", "week": {"monday": []}}}, r"hours\.week\.monday"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["9-18"]}}}, r'write it as "09:00-18:00"'),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["18:00-09:00"]}}}, "does not open before"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["09:00-09:00"]}}}, "does not open before"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["09:00-24:01"]}}}, "does not open before"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["24:00-24:00"]}}}, "does not open before"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["09:60-10:00"]}}}, "does not open before"),
        ({"hours": {"time_zone": "UTC", "week": {"mon": ["09:00-10:99"]}}}, "does not open before"),
        ({"hours": {**CONTENT["hours"], "closed_on": ["christmas"]}}, r"hours\.closed_on\.0"),
        ({"hours": ...}, "facts: open-now: when_open needs hours"),
        ({"facts": [{**A_FACT, "id": "Two Words", "answer": "x"}]}, r"facts\.0\.id"),
        ({"facts": [{**A_FACT, "questions": [], "answer": "x"}]}, r"facts\.0\.questions"),
        ({"facts": [{**A_FACT, "questions": [" "], "answer": "x"}]}, r"facts\.0\.questions\.0"),
        ({"facts": [A_FACT]}, "give either answer, or both when_open and when_closed"),
        ({"facts": [{**A_FACT, "when_open": "x"}]}, "give either answer"),
        ({"facts": [{**A_FACT, "answer": "x", "when_open": "x", "when_closed": "x"}]}, "either"),
        ({"facts": [{**A_FACT, "answer": "x"}] * 2}, 'facts: id: "a" occurs 2 times'),
        ({"phrases": {"do_you_mean": "Do you mean that?"}}, r"must contain \{topic\}"),
        ({"phrases": {"do_you_mean": "Do you mean {topic} or {fact}?"}}, "all there is to fill"),
        ({"phrases": {"do_you_mean": "Do you mean {topic?"}}, "all there is to fill"),
        ({"phrases": {"do_you_mean": "Do you mean {topic.id}?"}}, "all there is to fill"),
        ({"phrases": {"do_you_mean": "Do you mean {0}?"}}, "all there is to fill"),
        ({"phrases": {"farewell": ""}}, r"phrases\.farewell"),
        ({"recording": {"enabled": True}}, "recording needs an announcement"),
        ({"silence": {"patience_s": 0}}, r"silence\.patience_s"),
        ({"voicemail_max_s": 5}, "voicemail_max_s"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        a_business(**changes)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        a_business(dids=["x", "x"], greeting="Hello.", hours=...)
    message = str(caught.value)
    assert all(word in message for word in ("greeting:", "dids:", "occurs 2 times", "when_open"))


@pytest.mark.parametrize("word", MACHINE_WORDS)
def test_the_greeting_tells_that_one_speaks_with_a_machine(word: str) -> None:
    assert a_business(greeting=f"Hello, this is the {word.upper()}!").greeting


def test_another_language_may_say_it_in_its_own_words() -> None:
    business = a_business(language="de", greeting="Guten Tag, hier spricht ein Automat.")
    assert business.language == "de"


@pytest.mark.parametrize("did", ["1000", "10", "+12025550100"])
def test_dids_are_extensions_or_e164(did: str) -> None:
    assert a_business(dids=[did]).dids == (did,)


# --- what is spoken ---------------------------------------------------------------------------


def test_line_breaks_of_the_file_are_not_spoken() -> None:
    assert a_business(greeting="Hello,\n  a machine\tspeaks.\n").greeting == (
        "Hello, a machine speaks."
    )


def test_a_recorded_call_begins_with_the_announcement() -> None:
    recording = {"enabled": True, "announcement": "This call is recorded."}
    business = a_business(recording=recording)
    assert business.opening == f"This call is recorded. {business.greeting}"


def test_a_call_that_is_not_recorded_begins_with_the_greeting() -> None:
    business = a_business(recording={"enabled": False, "announcement": "This call is recorded."})
    assert business.opening == business.greeting


def test_facts_are_found_by_their_id() -> None:
    assert a_business().fact("address").answer == "We are at forty two Harbor Street."
    with pytest.raises(KeyError, match="nowhere"):
        a_business().fact("nowhere")


def test_everything_known_beforehand_can_be_made_beforehand() -> None:
    business = a_business()
    texts = business.standard_texts
    assert business.opening in texts
    assert "Do you mean our address?" in texts
    for fact in business.facts:
        assert set(fact.texts) <= set(texts)
    phrases = business.phrases.model_dump(exclude={"fillers"})
    assert set(business.phrases.fillers) <= set(texts)
    assert set(phrases.values()) - set(texts) == {phrases[name] for name in PATTERNS}
    assert not any("{" in text for text in texts)


def test_a_business_cannot_be_changed_while_calls_run() -> None:
    business = a_business()
    with pytest.raises(ValidationError, match="frozen"):
        business.name = "Another"


# --- hours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        # Chicago, winter: UTC-6.
        ("2026-11-23T15:59", False),
        ("2026-11-23T16:00", True),
        ("2026-11-23T23:59", True),
        ("2026-11-24T00:00", False),
        # Chicago, summer: UTC-5; the shop opens an hour earlier in UTC.
        ("2026-07-06T14:59", False),
        ("2026-07-06T15:00", True),
        ("2026-07-06T22:59", True),
        ("2026-07-06T23:00", False),
        # Saturday, until midnight, which is Sunday in UTC; closed over lunch.
        ("2026-11-28T17:59", True),
        ("2026-11-28T18:00", False),
        ("2026-11-28T19:00", True),
        ("2026-11-29T05:59", True),
        ("2026-11-29T06:00", False),
        # The holiday is a Saturday in Chicago, whatever day it is in UTC.
        ("2026-12-26T16:00", False),
        ("2026-12-27T03:00", False),
    ],
)
def test_the_business_is_open_by_its_own_clock(at: str, is_open: bool) -> None:
    business = a_business()
    assert business.hours is not None
    assert business.hours.are_open(utc(at)) == is_open
    fact = business.fact("open-now")
    expected = fact.when_open if is_open else fact.when_closed
    assert fact.spoken(business.hours, utc(at)) == expected


def test_the_hour_that_does_not_exist_is_no_opening_hour() -> None:
    """On 8 March 2026 Chicago's clocks go from 02:00 to 03:00."""
    sunday = hours({"sun": ["02:00-03:00"]})
    minutes = [utc("2026-03-08T06:00") + timedelta(minutes=n) for n in range(240)]
    assert not any(sunday.are_open(at) for at in minutes)


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    """On 1 November 2026 Chicago's clocks go from 02:00 back to 01:00."""
    sunday = hours({"sun": ["01:00-02:00"]})
    minutes = [utc("2026-11-01T04:00") + timedelta(minutes=n) for n in range(300)]
    assert sum(sunday.are_open(at) for at in minutes) == 120


def test_a_day_without_hours_is_closed() -> None:
    assert not hours({"mon": []}).are_open(utc("2026-11-23T18:00"))


def test_a_business_that_never_closes_is_always_open() -> None:
    always = hours({day: ["00:00-24:00"] for day in WEEKDAYS})
    assert all(always.are_open(utc("2026-03-08T00:00") + timedelta(hours=n)) for n in range(48))


def test_a_fact_that_does_not_depend_on_the_hour_needs_none() -> None:
    business = a_business(hours=..., facts=content()["facts"][:2])
    assert business.fact("address").spoken(None, utc("2026-11-23T18:00")).startswith("We are at")


minutes = st.integers(0, 24 * 60)


@given(minutes, minutes, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_an_interval_is_open_from_its_first_minute_to_before_its_last(
    one: int, other: int, at: datetime
) -> None:
    opens, closes = sorted((one, other))
    if opens == closes:
        return
    text = f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    every_day = hours({day: [text] for day in WEEKDAYS}, zone="UTC")
    assert every_day.are_open(at.replace(tzinfo=UTC)) == (
        opens <= at.hour * 60 + at.minute < closes
    )


def test_that_a_machine_speaks_and_that_it_records_must_be_heard() -> None:
    business = a_business(
        greeting="Hello there. You are speaking with a machine. How can I help you?",
        recording={"enabled": True, "announcement": "This call is recorded for training."},
    )
    assert business.disclosures == (
        "This call is recorded for training.",
        "You are speaking with a machine.",
    )
