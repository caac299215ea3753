"""A call in a process of its own, prepared first and placed at a word.

pjsua2 is GPL, and its clock thread wants an interpreter to itself: whoever
wants a call placed starts `voicebot call` and talks to it over pipes.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from voicebot.errors import CallerError

READY = b"ready"
READY_LIMIT_S = 60.0
STOP_LIMIT_S = 5.0


class CallingProcess:
    """One `voicebot call --json`, waiting for its go."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def prepare(
        cls, number: str, caller: str, record_dir: Path, arguments: Sequence[str] = ()
    ) -> Self:
        """Returns when everything but the INVITE is done. Raises CallerError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voicebot", "call", number, *arguments),
            *("--json", "--wait-for-go", "--from", caller, "--record-dir", str(record_dir)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        call = cls(process)
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                said = await process.stderr.readline()
                if said.strip() == READY:
                    return call
                _, complained = await process.communicate()
        except TimeoutError as error:
            await call.stop()
            raise CallerError(f"a call was not ready after {READY_LIMIT_S:.0f} s") from error
        except asyncio.CancelledError:
            await call.stop()
            raise
        raise CallerError(f"a call could not be prepared: {_last_line(said + complained)}")

    def go(self) -> None:
        """Places the call at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")

    async def report(self, limit_s: float) -> dict[str, Any]:
        """Waits for the call to end. Raises CallerError when there is no report."""
        try:
            async with asyncio.timeout(limit_s):
                printed, complained = await self._process.communicate()
        except TimeoutError as error:
            raise CallerError(f"a call was not over after {limit_s:.0f} s") from error
        finally:
            await self.stop()
        try:
            document: dict[str, Any] = json.loads(printed)
        except ValueError as error:
            raise CallerError(f"a call gave no report: {_last_line(complained)}") from error
        return document

    async def stop(self) -> None:
        """Ends the call if it still lasts; it hangs up. Leaves no process behind."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()


def _last_line(complained: bytes) -> str:
    return "".join(complained.decode(errors="replace").strip().splitlines()[-1:])
