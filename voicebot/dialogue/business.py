"""What does a business tell its voice agent about itself?

The shape of a business file, and everything in it that can be wrong. Words that
state a fact (hours, prices, addresses) live here and are spoken as they stand.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from voicebot.dialogue import operators
from voicebot.dialogue.business_parts import Hours, Part, Spoken
from voicebot.dialogue.operators import Operator, Transfer
from voicebot.dialogue.phrases import split

# Callers must be told that they speak with a machine; one of these words does it.
MACHINE_WORDS = ("machine", "computer", "automated", "artificial", "robot", "virtual", "ai")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


class Fact(Part):
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


class Phrases(Part):
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


class Recording(Part):
    """Whether calls are recorded, and what the caller is told about it."""

    enabled: bool = False
    announcement: Spoken | None = None

    @model_validator(mode="after")
    def _is_announced(self) -> Self:
        if self.enabled and self.announcement is None:
            raise ValueError("recording needs an announcement, said at the start of each call")
        return self


class Silence(Part):
    """How patient the agent is with a caller who says nothing."""

    patience_s: Annotated[float, Field(ge=2, le=60)] = 8.0


class Notify(Part):
    """Who is told when a caller has left a message."""

    webhook: str | None = Field(
        default=None, pattern=r"^https?://", description="Gets each as JSON."
    )
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", description="An address.")


class Business(Part):
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
    operators: tuple[Operator, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    operator: str | None = Field(
        None, description='The transfer for callers who just want a person ("operator").'
    )
    agents: dict[str, str] = Field(
        {}, description="DID to agent: `package.module:Class` or an entry point's name."
    )
    notify: Notify = Notify()
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
        problems += operators.problems_of(self.operators, self.transfers)
        if self.operator is not None and self.operator not in {one.id for one in self.transfers}:
            problems.append(f'operator: "{self.operator}" is no transfer')
        problems += [
            f'agents: "{did}" is none of the dids' for did in self.agents.keys() - set(self.dids)
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

    def transfer(self, transfer_id: str) -> Transfer:
        """Raises KeyError for an id that is not in the file."""
        for transfer in self.transfers:
            if transfer.id == transfer_id:
                return transfer
        raise KeyError(transfer_id)

    def is_open(self, transfer: Transfer, at: datetime) -> bool:
        """Whether its operators are there at an aware UTC time; without hours they always are."""
        hours = transfer.hours if transfer.hours is not None else self.hours
        return hours is None or hours.are_open(at)

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
