"""Can the trunks and phones of a node be reached, and since when?

Only changes are kept. A look at the node says how everything is; what has changed since the last
look becomes history. While nobody can ask the node, it alone is down: of its trunks the last
thing known stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """What has a health."""

    NODE = "node"  # Asterisk itself, asked over AMI
    ENDPOINT = "endpoint"  # a trunk or a phone: does its contact answer?
    REGISTRATION = "registration"  # does the carrier know us?


class Health(StrEnum):
    """How it is."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"  # nobody watches it: a trunk that is known by its address alone
    GONE = "gone"  # no longer configured


@dataclass(frozen=True, slots=True)
class HealthReport:
    """One thing as a look found it."""

    part: Part
    name: str
    health: Health
    detail: str  # Asterisk's own word for it


@dataclass(frozen=True, slots=True)
class HealthChange:
    """From then on it was so."""

    part: Part
    name: str
    health: Health
    detail: str
    at: datetime
    # Of the contact's last answer to OPTIONS, where it is known.
    round_trip_ms: float | None = None


class TrunkHealth:
    """What is known of one node."""

    def __init__(self, node: str, known: Iterable[HealthChange] = ()) -> None:
        self._node = node
        self._now = {(change.part, change.name): change for change in known}
        self._round_trips_ms: dict[str, float] = {}

    def states(self) -> Sequence[HealthChange]:
        """How everything is, and since when; what is gone is left out."""
        present = (each for each in self._now.values() if each.health is not Health.GONE)
        return sorted(present, key=lambda each: (each.part, each.name))

    def answered(self, endpoint: str, round_trip_ms: float) -> None:
        """A contact answered, so quickly; told with the next change."""
        self._round_trips_ms[endpoint] = round_trip_ms

    def seen(self, reports: Iterable[HealthReport], at: datetime) -> Sequence[HealthChange]:
        """A look at the whole node, which is therefore up."""
        found = {(report.part, report.name): report for report in reports}
        node = HealthReport(Part.NODE, self._node, Health.UP, "answers")
        found[Part.NODE, self._node] = node
        gone = [
            HealthReport(part, name, Health.GONE, "no longer configured")
            for part, name in self._now
            if (part, name) not in found
        ]
        changes = [self._change(report, at) for report in (*found.values(), *gone)]
        return [change for change in changes if change is not None]

    def lost(self, reason: str, at: datetime) -> Sequence[HealthChange]:
        """The node does not answer."""
        change = self._change(HealthReport(Part.NODE, self._node, Health.DOWN, reason), at)
        return [] if change is None else [change]

    def _change(self, report: HealthReport, at: datetime) -> HealthChange | None:
        key = (report.part, report.name)
        last = self._now.get(key)
        if last is not None and (last.health, last.detail) == (report.health, report.detail):
            return None
        # A node that stays down does so for one reason after the other: one outage.
        is_node = report.part is Part.NODE
        if is_node and last is not None and last.health is report.health:
            return None
        is_answering = report.part is Part.ENDPOINT and report.health is Health.UP
        round_trip_ms = self._round_trips_ms.get(report.name) if is_answering else None
        change = HealthChange(
            report.part, report.name, report.health, report.detail, at, round_trip_ms
        )
        self._now[key] = change
        return change
