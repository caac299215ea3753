"""What became of the callers of one queue?"""

from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.queueing.wait_accuracy import WaitAccuracy


class Fate(StrEnum):
    """How it ended for a caller: each has exactly one."""

    ANSWERED = "answered"  # in this call
    CALLED_BACK = "called_back"  # and reached
    ABANDONED = "abandoned"
    NOT_REACHED = "not_reached"  # by callbacks
    OVERFLOWED = "overflowed"
    REJECTED = "rejected"
    UNSERVED = "unserved"  # still waiting, or owed a callback, when nothing more happens


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stood at a moment."""

    at_s: float
    slots: int
    busy: int
    waiting: int
    callbacks_open: int


@dataclass(frozen=True, slots=True)
class KnownWait:
    """One wait, beside what had been told."""

    low_s: float
    point_s: float
    high_s: float
    wait_s: float


@dataclass(slots=True)
class Counts:
    """Sums over one queue's run, of the callers who came after the warm-up."""

    offered: int = 0
    in_time: int = 0  # answered within the service level's limit
    waited: int = 0  # did not talk at once
    answered_wait_s: float = 0.0  # of those who were answered in this call
    callbacks_booked: int = 0
    callback_attempts: int = 0
    cut_off: int = 0  # conversations, by failures
    # Where the machines are played, too: of all callers, from the first on.
    turns: int = 0
    late_turns: int = 0  # beyond their budget
    corrections: int = 0  # of the number of slots
    degradations: int = 0  # changes of the step
    told: int = 0  # announcements
    told_longer: int = 0
    estimates: WaitAccuracy = field(default_factory=WaitAccuracy)
    asterisk: WaitAccuracy = field(default_factory=WaitAccuracy)
    past_waits: WaitAccuracy = field(default_factory=WaitAccuracy)
    samples: list[Sample] = field(default_factory=list)
    waits: list[KnownWait] = field(default_factory=list)
