"""What does a business tell its voice agent about itself?

The shape of a business file, and everything in it that can be wrong. Words that
state a fact (hours, prices, addresses) live here and are spoken as they stand.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from voicebot.calls.model import Direction
from voicebot.calls.phone_number import country_of
from voicebot.dialogue import operators, queue_settings
from voicebot.dialogue.business_parts import Hours, Part, Spoken
from voicebot.dialogue.callbacks import Callbacks
from voicebot.dialogue.fixed_phrases import PATTERNS, Phrases
from voicebot.dialogue.menu import Key, KeyChoice, NumberEntry
from voicebot.dialogue.operators import Operator, Transfer
from voicebot.dialogue.outbound import Outbound
from voicebot.dialogue.phrases import split
from voicebot.dialogue.queue_settings import QueueSettings

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


class Recording(Part):
    """Whether calls are recorded, and what the caller is told about it."""

    enabled: bool = False
    announcement: Spoken | None = None
    asks_consent: bool = Field(
        default=False, description="Nothing is recorded before the caller has said yes."
    )

    @model_validator(mode="after")
    def _is_announced(self) -> Self:
        if self.enabled and self.announcement is None and not self.asks_consent:
            raise ValueError("recording needs an announcement, said at the start of each call")
        if self.asks_consent and not self.enabled:
            raise ValueError("asks_consent: nothing is recorded, so nothing is to be asked")
        return self


class Silence(Part):
    """How patient the agent is with a caller who says nothing."""

    patience_s: Annotated[float, Field(ge=2, le=60)] = 8.0
    # Of our own silence: so long after the caller's last sound one of `phrases.fillers` is said.
    filler_after_s: Annotated[float, Field(ge=0.5, le=5)] = 1.0


class Notify(Part):
    """Who is told when a caller has left a message."""

    webhook: str | None = Field(
        default=None, pattern=r"^https?://", description="Gets each as JSON."
    )
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", description="An address.")


class Pools(Part):
    """Which workers suit this business's conversations; others do when they are not there."""

    stt: Literal["", "stt.fast", "stt.accurate"] = ""
    llm: Literal["", "llm.small", "llm.large"] = ""


class Business(Part):
    """One business, as its file describes it."""

    name: Spoken
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    voice: str = Field("", description="A voice of the synthesizer; empty: its own.")
    dids: tuple[str, ...] = Field(min_length=1)
    country: str | None = Field(
        None, pattern=r"^[A-Z]{2}$", description="Of callers who name none; else that of the DIDs."
    )
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
    lets_model_act: bool = Field(
        False,
        description="The language model may propose an action of the list; the caller is asked.",
    )
    takes_messages: bool = Field(True, description="And requests to be called back.")
    calls_back_missed: bool = Field(
        True, description="Callers whom nobody served, or whose call broke, wait to be rung back."
    )
    menu: dict[Key, KeyChoice] = Field({}, description="What the caller's keys do.")
    entries: tuple[NumberEntry, ...] = ()
    pools: Pools = Pools()
    agents: dict[str, str] = Field(
        {}, description="DID to agent: `package.module:Class` or an entry point's name."
    )
    outbound: Outbound | None = Field(None, description="Calls that we place; None: none.")
    callbacks: Callbacks | None = Field(
        None, description="Callbacks that we place; None: people do, by the list."
    )
    queues: tuple[QueueSettings, ...] = Field(
        (), description="Where callers wait when all agents are busy; none: nobody waits."
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
        if self.outbound is not None:
            problems += self._problems_of_outbound(self.outbound)
        elif self.callbacks is not None:
            problems.append("callbacks: are placed by the rules of outbound, which is missing")
        problems += [
            f'dids: "{did}" is no number; digits, with a leading + for E.164'
            for did in self.dids
            if not re.fullmatch(r"\+?\d{2,15}", did)
        ]
        for name, values in (
            ("facts: id", [fact.id for fact in self.facts]),
            ("entries: id", [entry.id for entry in self.entries]),
            ("dids", self.dids),
        ):
            problems += [
                f'{name}: "{value}" occurs {count} times'
                for value, count in Counter(values).items()
                if count > 1
            ]
        problems += operators.problems_of(self.operators, self.transfers)
        problems += queue_settings.problems_of(self.queues, self.dids, self.transfers)
        if self.operator is not None and self.operator not in {one.id for one in self.transfers}:
            problems.append(f'operator: "{self.operator}" is no transfer')
        problems += self._problems_of_menu()
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

    def _problems_of_outbound(self, outbound: Outbound) -> list[str]:
        """Whoever is rung learns from the first words who calls, and that a machine does."""
        said = {"greeting": outbound.greeting, "machine_message": outbound.machine_message}
        problems = []
        for place, text in said.items():
            if text is None:
                continue
            if _words(self.name) and not _words(text) & _words(self.name):
                problems.append(f"outbound: {place}: must say who calls: {self.name}")
            if self.language.startswith("en") and not _words(text) & set(MACHINE_WORDS):
                problems.append(
                    f"outbound: {place}: must say that a machine speaks "
                    f"(one of: {', '.join(MACHINE_WORDS)})"
                )
        return problems

    def _problems_of_menu(self) -> list[str]:
        known = {
            "fact": {fact.id for fact in self.facts},
            "transfer": {transfer.id for transfer in self.transfers},
            "entry": {entry.id for entry in self.entries},
        }
        return [
            f'menu: {key}: "{getattr(choice, kind)}" is no {kind}'
            for key, choice in self.menu.items()
            for kind, ids in known.items()
            if getattr(choice, kind) is not None and getattr(choice, kind) not in ids
        ]

    @property
    def opening(self) -> str:
        """The first words to everybody who rings."""
        return self._with_announcements(self.greeting)

    def opening_of(self, direction: Direction) -> str:
        """The first words of a call."""
        if direction is Direction.OUTBOUND and self.outbound is not None:
            return self._with_announcements(self.outbound.greeting)
        return self.opening

    def _with_announcements(self, greeting: str) -> str:
        parts = [greeting]
        if self.recording.enabled and self.recording.announcement is not None:
            parts.insert(0, self.recording.announcement)
        if self.recording.asks_consent:
            parts.append(self.phrases.ask_consent)
        return " ".join(parts)

    @property
    def disclosures(self) -> tuple[str, ...]:
        """Those phrases of the opening that every caller must have heard."""
        return self.disclosures_in(self.opening)

    def disclosures_in(self, opening: str) -> tuple[str, ...]:
        """Those phrases of an opening that every caller must have heard: that a machine speaks,
        and that the call is recorded. In a language whose words are not known here: all."""
        phrases = tuple(split(opening))
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

    def entry(self, entry_id: str) -> NumberEntry:
        """Raises KeyError for an id that is not in the file."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)

    @property
    def country_of_callers(self) -> str | None:
        """ISO 3166-1; None when neither the file nor a number of ours names one."""
        if self.country is not None:
            return self.country
        return next(filter(None, map(country_of, self.dids)), None)

    def fact(self, fact_id: str) -> Fact:
        """Raises KeyError for an id that is not in the file."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)

    @property
    def fixed_texts(self) -> tuple[str, ...]:
        """The sentences that every business has, as this one words them."""
        fixed = self.phrases.model_dump(exclude={"fillers"})
        sentences = tuple(text for name, text in fixed.items() if name not in PATTERNS)
        return (*sentences, *self.phrases.fillers)

    @property
    def texts_to_whom_we_ring(self) -> tuple[str, ...]:
        """What is said first on a call that we place, and to a machine."""
        if self.outbound is None:
            return ()
        callbacks = () if self.callbacks is None else self.callbacks.texts
        return (self.opening_of(Direction.OUTBOUND), *self.outbound.texts, *callbacks)

    @property
    def standard_texts(self) -> tuple[str, ...]:
        """Everything the agent may say that is known beforehand: worth synthesising once."""
        question = self.phrases.do_you_mean
        return (
            self.opening,
            *self.texts_to_whom_we_ring,
            *self.fixed_texts,
            *(text for fact in self.facts for text in fact.texts),
            *(question.format(topic=fact.topic) for fact in self.facts),
            *(answer for entry in self.entries for answer in (entry.ask, entry.done)),
            *(text for queue in self.queues for text in queue.texts),
        )
