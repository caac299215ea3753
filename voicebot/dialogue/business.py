"""What does a business tell its voice agent about itself?

The shape of a business file, and everything in it that can be wrong. Words that
state a fact (hours, prices, addresses) live here and are spoken as they stand.
"""

import re
from collections import Counter
from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from voicebot.dialogue.phrases import split

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Callers must be told that they speak with a machine; one of these words does it.
MACHINE_WORDS = ("machine", "computer", "automated", "artificial", "robot", "virtual", "ai")

_INTERVAL = re.compile(r"^(\d\d):(\d\d)-(\d\d):(\d\d)$")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _spoken(text: str) -> str:
    """Folded YAML comes with line breaks; speech has none."""
    spoken = " ".join(text.split())
    if not spoken:
        raise ValueError("must not be empty")
    return spoken


Spoken = Annotated[str, AfterValidator(_spoken)]


def _interval(text: str) -> str:
    match = _INTERVAL.match(text)
    if match is None:
        raise ValueError(f'"{text}" is no opening interval; write it as "09:00-18:00"')
    hours = [int(group) for group in match.groups()]
    opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if hours[0] > 23 or hours[1] > 59 or hours[3] > 59 or closes > 24 * 60 or opens >= closes:
        raise ValueError(f'"{text}" does not open before it closes, within one day')
    return text


Interval = Annotated[str, AfterValidator(_interval)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(_Part):
    """When people are there, in the business's own time zone."""

    time_zone: str
    week: dict[Weekday, tuple[Interval, ...]] = Field(min_length=1)
    closed_on: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _zone_is_known(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            # Not found, no path at all, or a folder of zones such as "America".
            raise ValueError(f'time_zone: "{self.time_zone}" is no IANA time zone') from error
        return self

    def are_open(self, at: datetime) -> bool:
        """Whether the business is open at an aware UTC time."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        if local.date() in self.closed_on:
            return False
        minute = local.hour * 60 + local.minute
        for interval in self.week.get(WEEKDAYS[local.weekday()], ()):
            opens, closes = (
                int(part[:2]) * 60 + int(part[3:]) for part in interval.split("-", maxsplit=1)
            )
            if opens <= minute < closes:
                return True
        return False


class Fact(_Part):
    """Something callers ask, and the words that answer it, spoken as they stand."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    topic: Spoken = Field(description='Completes "Do you mean …?"')
    questions: tuple[Spoken, ...] = Field(min_length=1)
    answer: Spoken | None = None
    when_open: Spoken | None = None
    when_closed: Spoken | None = None

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        by_hours = (self.when_open is not None, self.when_closed is not None)
        if (self.answer is not None) == any(by_hours) or any(by_hours) != all(by_hours):
            raise ValueError("give either answer, or both when_open and when_closed")
        return self

    def spoken(self, hours: Hours | None, at: datetime) -> str:
        """The words that answer, at this time."""
        if self.answer is not None:
            return self.answer
        assert hours is not None, "checked when the file was read"
        answer = self.when_open if hours.are_open(at) else self.when_closed
        assert answer is not None
        return answer

    @property
    def texts(self) -> tuple[str, ...]:
        """Every wording this fact may be spoken in."""
        return tuple(
            text for text in (self.answer, self.when_open, self.when_closed) if text is not None
        )


class Phrases(_Part):
    """Fixed sentences; each has a default that a business may replace."""

    not_understood: Spoken = "Sorry, I did not catch that. Could you say it again?"
    unknown: Spoken = (
        "I am afraid I do not know that, and I would rather not guess. "
        "You can ask me something else."
    )
    do_you_mean: Spoken = "Do you mean {topic}?"
    welcome: Spoken = "You are welcome. Is there anything else you would like to know?"
    ask_again: Spoken = "All right. What would you like to know?"
    still_there_first: Spoken = "Are you still there?"
    still_there_second: Spoken = "I cannot hear you. Are you still on the line?"
    silent_farewell: Spoken = "I still cannot hear you, so I will hang up now. Goodbye."
    farewell: Spoken = "Thank you for calling. Goodbye."
    trouble: Spoken = "I am sorry, I cannot answer that right now. Please try something else."

    @model_validator(mode="after")
    def _names_the_topic(self) -> Self:
        try:
            is_asked = self.do_you_mean.format(topic="?") != self.do_you_mean.format(topic="!")
        except (LookupError, ValueError, AttributeError) as error:
            raise ValueError("do_you_mean: {topic} is the only thing to fill in") from error
        if not is_asked:
            raise ValueError("do_you_mean must contain {topic}")
        return self


class Recording(_Part):
    """Whether calls are recorded, and what the caller is told about it."""

    enabled: bool = False
    announcement: Spoken | None = None

    @model_validator(mode="after")
    def _is_announced(self) -> Self:
        if self.enabled and self.announcement is None:
            raise ValueError("recording needs an announcement, said at the start of each call")
        return self


class Silence(_Part):
    """How patient the agent is with a caller who says nothing."""

    patience_s: Annotated[float, Field(ge=2, le=60)] = 8.0


class Business(_Part):
    """One business, as its file describes it."""

    name: Spoken
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    voice: str = Field("", description="A voice of the synthesizer; empty: its own.")
    dids: tuple[str, ...] = Field(min_length=1)
    persona: Spoken
    greeting: Spoken
    hours: Hours | None = None
    facts: tuple[Fact, ...] = ()
    words: tuple[str, ...] = Field((), description="Names and products, a hint to recognition.")
    phrases: Phrases = Phrases()
    recording: Recording = Recording()
    silence: Silence = Silence()
    voicemail_max_s: int = Field(120, ge=10, le=600)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        problems = []
        if self.language.startswith("en") and not _words(self.greeting) & set(MACHINE_WORDS):
            problems.append(
                "greeting: must say that the caller speaks with a machine "
                f"(one of: {', '.join(MACHINE_WORDS)})"
            )
        problems += [
            f'dids: "{did}" is no number; digits, with a leading + for E.164'
            for did in self.dids
            if not re.fullmatch(r"\+?\d{2,15}", did)
        ]
        for name, values in (("facts: id", [fact.id for fact in self.facts]), ("dids", self.dids)):
            problems += [
                f'{name}: "{value}" occurs {count} times'
                for value, count in Counter(values).items()
                if count > 1
            ]
        if self.hours is None:
            problems += [
                f"facts: {fact.id}: when_open needs hours"
                for fact in self.facts
                if fact.when_open is not None
            ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def opening(self) -> str:
        """The first words of every call."""
        if self.recording.enabled and self.recording.announcement is not None:
            return f"{self.recording.announcement} {self.greeting}"
        return self.greeting

    @property
    def disclosures(self) -> tuple[str, ...]:
        """Those phrases of the opening that every caller must have heard: that a machine speaks,
        and that the call is recorded. In a language whose words are not known here: all."""
        phrases = tuple(split(self.opening))
        if not self.language.startswith("en"):
            return phrases
        announcement = (self.recording.enabled and self.recording.announcement) or ""
        return tuple(
            phrase
            for phrase in phrases
            if _words(phrase) & set(MACHINE_WORDS)
            or (announcement and (phrase in announcement or announcement in phrase))
        )

    def fact(self, fact_id: str) -> Fact:
        """Raises KeyError for an id that is not in the file."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)

    @property
    def standard_texts(self) -> tuple[str, ...]:
        """Everything the agent may say that is known beforehand: worth synthesising once."""
        fixed = self.phrases.model_dump()
        question = fixed.pop("do_you_mean")
        return (
            self.opening,
            *fixed.values(),
            *(text for fact in self.facts for text in fact.texts),
            *(question.format(topic=fact.topic) for fact in self.facts),
        )
