"""How is a recording read without getting in anybody's way?

In a process of its own that only runs while a core is idle (SCHED_IDLE), that can be made to
stand still in an instant, and that dies with this one. What was said comes over its standard
output and is told to nobody else.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voicebot.calls.transcript import CallTranscript, SpokenLine, SpokenWord, masked
from voicebot.errors import RecordingNotRead, RecordingUnreadable
from voicebot.settings import PROJECT_DIR

_END_LIMIT_S = 2.0
# As `python -m workers.stt.after_call` says it.
_EXIT_UNREADABLE = 1


class ReadingProcess:
    """One process that reads the two recordings of one call."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._output = asyncio.ensure_future(process.communicate())
        self._is_still = False

    @classmethod
    async def start(
        cls, caller: Path, agent: Path | None, language: str, python: str = ""
    ) -> "ReadingProcess":
        agents = [] if agent is None else ["--agent", str(agent)]
        process = await asyncio.create_subprocess_exec(
            *("chrt", "--idle", "0", "setpriv", "--pdeathsig", "KILL", "--"),
            *(python or sys.executable, "-m", "workers.stt.after_call"),
            *("--caller", str(caller), *agents, "--language", language),
            cwd=PROJECT_DIR,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return cls(process)

    def set_still(self, *, is_still: bool) -> None:
        """Makes it stand still, or go on."""
        if is_still == self._is_still or self._output.done():
            return
        self._is_still = is_still
        self._process.send_signal(signal.SIGSTOP if is_still else signal.SIGCONT)

    async def wait(self, limit_s: float) -> bool:
        """Whether it has ended."""
        await asyncio.wait((self._output,), timeout=limit_s)
        return self._output.done()

    def transcript(self) -> CallTranscript:
        """What it has read, once it has ended; raises RecordingNotRead or RecordingUnreadable."""
        output, _ = self._output.result()
        code = self._process.returncode
        if code == _EXIT_UNREADABLE:
            raise RecordingUnreadable("recording unreadable")
        if code != 0:
            raise RecordingNotRead(f"exit-{code}")
        try:
            return _transcript(json.loads(output))
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingNotRead("not-understood") from error

    async def end(self) -> None:
        """Kills it if it has not ended."""
        if not self._output.done():
            self._process.kill()
            await asyncio.wait((self._output,), timeout=_END_LIMIT_S)
            self._output.cancel()


def _transcript(told: Mapping[str, Any]) -> CallTranscript:
    return CallTranscript(
        engine=str(told["engine"]),
        model=str(told["model"]),
        word_times=str(told["word_times"]),
        lines=tuple(masked(_line(line)) for line in told["lines"]),
    )


def _line(line: Mapping[str, Any]) -> SpokenLine:
    return SpokenLine(
        speaker=str(line["speaker"]),
        start_ms=int(line["start_ms"]),
        end_ms=int(line["end_ms"]),
        text=str(line["text"]),
        words=tuple(SpokenWord(**word) for word in line["words"]),
    )
