"""May the clock be believed when it says that something is old enough to be erased?

Pure. What is erased does not come back, and a clock that is a month ahead makes everything old. So
the wall clock is compared with the time since the machine was started, which nobody can set. Where
they part, the wall clock was set, and nobody knows whether rightly: until it has gone steadily for
a day, nothing is erased. A correction costs that day; a wrong clock leaves a day to notice it.

What was seen is remembered from one process to the next. Across a start of the machine nobody
counts; a clock that is not much further than before is believed. With nothing remembered the day
begins.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

STEADY_FOR: Final = timedelta(days=1)
# Between two looks a clock may be slewed; ten times what a quartz goes wrong (100 ppm).
TOLERANCE: Final = timedelta(minutes=1)
DRIFT: Final = 1e-3
# A machine that is started again is away for so long at most; longer, and the day begins anew.
STARTED_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Both clocks at one moment."""

    at: datetime
    boot_id: str  # another one after each start of the machine
    up_s: float  # since that start, sleep included


@dataclass(frozen=True, slots=True)
class ClockTrust:
    """What was seen of the clock until its last reading."""

    last: ClockReading
    steady_s: float = 0.0  # for how long it has gone steadily
    jumped_s: float = 0.0  # how far it was set before that, ahead or back; 0: not that we know

    @property
    def may_erase(self) -> bool:
        return self.steady_s >= STEADY_FOR.total_seconds()


def looked_at(trust: ClockTrust | None, now: ClockReading) -> ClockTrust:
    """What is known of the clock after another look."""
    if trust is None:
        return ClockTrust(now)
    shown_s = (now.at - trust.last.at).total_seconds()
    if now.boot_id != trust.last.boot_id:
        passed_s, is_steady = shown_s, 0 <= shown_s <= STARTED_WITHIN.total_seconds()
        jumped_s = shown_s
    else:
        passed_s = now.up_s - trust.last.up_s
        jumped_s = shown_s - passed_s
        is_steady = abs(jumped_s) <= TOLERANCE.total_seconds() + DRIFT * passed_s
    if is_steady:
        return replace(trust, last=now, steady_s=trust.steady_s + passed_s)
    return ClockTrust(now, jumped_s=jumped_s)
