"""Does anything come from the caller's telephone, be it silence?

Counts media time, by the frames that arrive and by those that the clock makes where none do. A
telephone with discontinuous transmission sends nothing for a while, a trunk that broke for ever.
"""

from enum import Enum, auto

# Of a telephone that is there something comes at least this often while it is asked something.
AWAY_AFTER_MS = 10_000


class Presence(Enum):
    """What has changed."""

    AUDIBLE = auto()  # at first, and whenever something comes again
    INAUDIBLE = auto()


class CallerPresence:
    """Of one stay of a caller."""

    def __init__(self) -> None:
        self._told: Presence | None = None
        self._missing_ms = 0

    def receive(self, frame_ms: int, *, is_made: bool) -> Presence | None:
        """`is_made`: by the clock, for nothing came."""
        self._missing_ms = self._missing_ms + frame_ms if is_made else 0
        # Whoever has sent nothing yet is greeted all the same.
        is_away = self._missing_ms >= AWAY_AFTER_MS
        now = Presence.INAUDIBLE if is_away else Presence.AUDIBLE
        if now is self._told or (is_made and not is_away and self._told is not None):
            return None
        self._told = now
        return now
