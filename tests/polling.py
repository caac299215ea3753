"""Waiting for an outcome, with a limit."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")
_INTERVAL_S = 0.02
# For what other tasks of the same loop bring about, which is soon.
_TASK_INTERVAL_S = 0.002


def until(
    look: Callable[[], Found | None], what: str | Callable[[], str], limit_s: float = 5.0
) -> Found:
    """The first thing that `look` finds (anything true); fails when the limit is over.

    What was waited for in vain can be told with what is known only then, as a server's log.
    """
    give_up_at = time.monotonic() + limit_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > give_up_at:
            told = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {limit_s:g} s: {told}")
        time.sleep(_INTERVAL_S)


async def tasks_until(claim: Callable[[], bool], what: str, limit_s: float = 10.0) -> None:
    """Lets the loop's other tasks run until the claim holds; fails when the limit is over."""
    give_up_at = time.monotonic() + limit_s
    while not claim():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {limit_s:g} s: {what}")
        await asyncio.sleep(_TASK_INTERVAL_S)


async def asked_until(
    ask: Callable[[], Awaitable[Found | None]], what: str, limit_s: float = 30.0
) -> Found:
    """The first answer of another process that is true; fails when the limit is over."""
    give_up_at = time.monotonic() + limit_s
    while not (answer := await ask()):
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {limit_s:g} s: {what}")
        await asyncio.sleep(_INTERVAL_S)
    return answer
