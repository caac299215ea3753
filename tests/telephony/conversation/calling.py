"""Calls the running stack as a caller would, and looks up what became of the call."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.polling import until
from tests.telephony.dead_air import DeadAir
from voicebot.business_file import load_business
from voicebot.caller.listening import transcribe
from voicebot.calls.asterisk_names import BRIDGE_PREFIX
from voicebot.calls.model import CallRecord
from voicebot.dialogue.business import Business
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

CALL_LIMIT_S = 150
_numbers = itertools.count(2025550001)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """One call as its caller saw it."""

    caller_number: str
    report: dict[str, Any]

    @property
    def turns(self) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = self.report["turns"]
        return turns

    @property
    def waits_ms(self) -> list[int]:
        """For each answer."""
        waits_ms = (turn["voice_to_voice_ms"] for turn in self.turns)
        return [wait_ms for wait_ms in waits_ms if wait_ms is not None]

    def heard(self) -> list[str]:
        """What was to be heard in each turn, recognised from the caller's own recording."""
        directory = Path(self.report["record_dir"])
        names = self.report["answer_files"]
        files = [directory / name for name in names if name is not None]
        texts = {found.path.name: found.text for found in transcribe(files)}
        return [texts.get(name, "") if name is not None else "" for name in names]


class Line:
    """A line to one stack. Whoever speaks on it is answered soon, if `dead_air` is watched."""

    def __init__(self, stack: Stack, directory: Path, dead_air: DeadAir | None = None) -> None:
        self.stack = stack
        self._directory = directory
        self._dead_air = dead_air
        self.business: Business = load_business(stack.settings.business_file)

    def start(self, *arguments: str) -> tuple[str, "subprocess.Popen[str]"]:
        """Begins a call with a number of its own; `finish` waits for its end."""
        return self._start(subprocess.DEVNULL, None, *arguments)

    def prepare(self, *arguments: str) -> tuple[str, "subprocess.Popen[str]"]:
        """A caller who says `ready` on its stderr, and dials at a line on its stdin."""
        return self._start(subprocess.PIPE, subprocess.PIPE, *arguments, "--wait-for-go")

    def _start(
        self, stdin: int, stderr: int | None, *arguments: str
    ) -> tuple[str, "subprocess.Popen[str]"]:
        caller_number = str(next(_numbers))
        command = (sys.executable, "-m", "voicebot", "call", *arguments, "--json")
        process = subprocess.Popen(
            (*command, "--from", caller_number, "--record-dir", self._directory / caller_number),
            env={**os.environ, **environment_of(self.stack.settings)},
            stdout=subprocess.PIPE,
            stdin=stdin,
            stderr=stderr,
            text=True,
        )
        return caller_number, process

    def finish(self, caller_number: str, process: "subprocess.Popen[str]") -> PlacedCall:
        output, _ = process.communicate(timeout=CALL_LIMIT_S)
        assert output, f"the caller said nothing and ended with {process.returncode}"
        placed = PlacedCall(caller_number, json.loads(output))
        if self._dead_air is not None:
            self._dead_air.heard(*placed.waits_ms)
        return placed

    def call(self, *arguments: str) -> PlacedCall:
        return self.finish(*self.start(*arguments))

    def records_of(self, caller_number: str) -> list[CallRecord]:
        return [
            record
            for record in self._ask(lambda records: records.latest(500))
            # Records hold E.164.
            if record.facts.caller_number.endswith(caller_number)
        ]

    def record_of(self, placed: PlacedCall) -> CallRecord:
        """The call's one record, once it is there."""
        return self.record_from(placed.caller_number)

    def record_from(self, caller_number: str) -> CallRecord:
        records = until(lambda: self.records_of(caller_number), "the call's record", 20)
        assert len(records) == 1
        return records[0]

    def left_in_asterisk(self) -> list[str]:
        """Channels and bridges that exist right now."""
        settings = self.stack.settings
        credentials = (settings.ari_username, settings.ari_password.get_secret_value())
        found: list[str] = []
        for resource in ("channels", "bridges"):
            answer = httpx.get(f"{settings.ari_url}/ari/{resource}", auth=credentials)
            answer.raise_for_status()
            found += [one["id"] for one in answer.json()]
        return found

    def is_talking(self) -> bool:
        """Whether any caller is bridged with an agent."""
        return any(one.startswith(BRIDGE_PREFIX) for one in self.left_in_asterisk())

    def _ask(self, question: Callable[[SqlCallRecords], Awaitable[Result]]) -> Result:
        return self.look_up(lambda database: question(SqlCallRecords(database)))

    def look_up(self, question: Callable[[Database], Awaitable[Result]]) -> Result:
        """What the stack's database answers."""

        async def ask() -> Result:
            database = Database.open(self.stack.settings.resolved_database_url)
            try:
                return await question(database)
            finally:
                await database.close()

        return asyncio.run(ask())
