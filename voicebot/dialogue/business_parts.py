"""What are the parts of a business file made of?

Spoken sentences, opening hours, and the rule that a name nobody knows is refused.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_INTERVAL = re.compile(r"^(\d\d):(\d\d)-(\d\d):(\d\d)$")


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


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(Part):
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
