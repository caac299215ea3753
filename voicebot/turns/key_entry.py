"""Which number did the caller type, and when has the caller finished typing?

One entry: a menu's single key, or a number of some digits. It ends with the last digit that it
may have, with the terminator, or when no key came for too long; counted in `now`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What is asked for. A terminator or eraser of None: that key is a digit like any other."""

    min_digits: int = 1
    max_digits: int = 1
    terminator: str | None = "#"
    eraser: str | None = "*"  # forgets the digits so far
    first_key_s: float = 8.0
    next_key_s: float = 4.0

    def __post_init__(self) -> None:
        assert 1 <= self.min_digits <= self.max_digits
        assert self.terminator is None or self.terminator != self.eraser


class EntryEnd(StrEnum):
    """How an entry ended."""

    COMPLETE = "complete"
    TOO_SHORT = "too_short"  # terminated, or given up, in the middle
    NOTHING = "nothing"  # no digit at all


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed: private."""

    end: EntryEnd
    digits: str = field(repr=False)


class KeyEntry:
    """One entry, from the question to its end."""

    def __init__(self, rules: EntryRules, now: float) -> None:
        self._rules = rules
        self._digits = ""
        self._deadline: float | None = now + rules.first_key_s

    def next_deadline(self) -> float | None:
        """None once the entry is over."""
        return self._deadline

    def receive(self, key: str, now: float) -> Entry | None:
        """Takes a key; returns the entry when this ended it."""
        if self._deadline is None:
            raise IllegalTransition("ended", "key")
        rules = self._rules
        if key == rules.terminator:
            return self._end()
        self._digits = "" if key == rules.eraser else self._digits + key
        self._deadline = now + rules.next_key_s
        return self._end() if len(self._digits) == rules.max_digits else None

    def on_deadline(self, now: float) -> Entry | None:
        """Returns the entry if its time is over."""
        if self._deadline is None or now < self._deadline:
            return None
        return self._end()

    def extend(self, now: float) -> None:
        """Counts anew from here: the question was still being spoken."""
        if self._deadline is not None:
            rules = self._rules
            self._deadline = now + (rules.next_key_s if self._digits else rules.first_key_s)

    def _end(self) -> Entry:
        self._deadline = None
        if not self._digits:
            return Entry(EntryEnd.NOTHING, "")
        enough = len(self._digits) >= self._rules.min_digits
        return Entry(EntryEnd.COMPLETE if enough else EntryEnd.TOO_SHORT, self._digits)
