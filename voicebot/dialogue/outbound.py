"""Whom may a business ring, when, and what is said first?

The part of a business file about calls that we place. Without it, none is.
"""

import re
from enum import StrEnum
from typing import Self

import phonenumbers
from pydantic import Field, model_validator

from voicebot.dialogue.business_parts import Interval, Part, Spoken, Weekday

# What a stranger may be rung at, wherever the law says nothing stricter.
_CIVIL_HOURS: tuple[Interval, ...] = ("09:00-20:00",)
_CIVIL_WEEK: dict[Weekday, tuple[Interval, ...]] = {
    "mon": _CIVIL_HOURS,
    "tue": _CIVIL_HOURS,
    "wed": _CIVIL_HOURS,
    "thu": _CIVIL_HOURS,
    "fri": _CIVIL_HOURS,
    "sat": ("10:00-18:00",),
}


class OnMachine(StrEnum):
    """What is done about an answering machine."""

    HANG_UP = "hang_up"
    MESSAGE = "message"


class Outbound(Part):
    """Calls that we place for this business."""

    greeting: Spoken = Field(description="Who calls, what about, and that a machine speaks.")
    hello: Spoken = Field("Hello?", description="Said before it to somebody who says nothing.")
    machine: OnMachine = OnMachine.HANG_UP
    machine_message: Spoken | None = Field(None, description="Left on an answering machine.")
    machine_words: tuple[str, ...] = Field(
        (), description="What answering machines say in this language; English is known."
    )
    hours: dict[Weekday, tuple[Interval, ...]] = Field(
        default=_CIVIL_WEEK, description="By the clock of whoever is rung."
    )
    countries: tuple[str, ...] = Field(
        (), description="Two letters each (ISO 3166-1); empty: the country of our number."
    )
    prefixes: tuple[str, ...] = Field((), description="Further numbers: +4930 is all of Berlin.")
    max_per_number_per_day: int = Field(3, ge=1, le=100)
    max_per_range_per_day: int = Field(
        50,
        ge=1,
        le=100_000,
        description="Numbers that differ in their last three digits only: whoever earns by calls "
        "that we place has many neighbouring ones.",
    )
    max_per_minute: int = Field(10, ge=1, le=10_000, description="All numbers together.")
    ring_s: int = Field(30, ge=5, le=120)
    agents: dict[str, str] = Field(
        {}, description="Name to agent, for `voicebot dial --agent NAME`; written as in agents."
    )

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        problems = []
        if (self.machine is OnMachine.MESSAGE) != (self.machine_message is not None):
            problems.append("machine: message and machine_message belong together")
        problems += [
            f'countries: "{country}" is no country; two letters, such as US'
            for country in self.countries
            if country not in phonenumbers.SUPPORTED_REGIONS
        ]
        problems += [
            f'prefixes: "{prefix}" is none; a plus sign and digits, such as +4930'
            for prefix in self.prefixes
            if re.fullmatch(r"\+[1-9]\d{0,13}", prefix) is None
        ]
        problems += [
            f'agents: "{name}" is no name; small letters, digits and dashes'
            for name in self.agents
            if re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name) is None
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said word for word, but for the greeting."""
        message = self.machine_message
        return (self.hello,) if message is None else (self.hello, message)
