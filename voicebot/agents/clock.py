"""By which clocks does a driver go?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """The two clocks of a driver: monotonic seconds, and aware UTC."""

    now: Callable[[], float]
    at: Callable[[], datetime]
