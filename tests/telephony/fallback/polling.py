"""Waiting for an outcome, with a limit."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_INTERVAL_S = 0.02


def until(look: Callable[[], Found | None], what: str, limit_s: float = 5.0) -> Found:
    """The first thing that `look` finds (anything true); fails when the limit is over."""
    give_up_at = time.monotonic() + limit_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {limit_s} s: {what}")
        time.sleep(_INTERVAL_S)
