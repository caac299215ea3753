"""An event loop whose clock jumps: waiting takes no time, and always takes the same.

When nothing else can happen, the next timer is due at once. For code whose partners all
live in the same process; a wait on a socket would look as if nothing could happen.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

STARTS_AT_S = 1_000.0
# Nothing in a test takes longer; whoever waits that long waits in vain.
LONGEST_TEST_S = 3_600.0
# Passes of the loop in which everything that can happen now has happened.
PASSES = 50


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        ready = super().select(1.0 if timeout is None else 0)
        assert ready or timeout is not None, "nothing more can happen: a test waits in vain"
        if not ready and timeout is not None:
            self._jump(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual_now = STARTS_AT_S
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        return self._virtual_now

    def _jump(self, duration_s: float) -> None:
        self._virtual_now += duration_s
        assert self._virtual_now < STARTS_AT_S + LONGEST_TEST_S, "a test waits in vain"


async def settle() -> None:
    """Until everything has happened that can happen without time passing."""
    for _ in range(PASSES):
        await asyncio.sleep(0)


async def passes(duration_s: float) -> None:
    """So much time passes, and what it brings happens."""
    await asyncio.sleep(duration_s)
    await settle()
