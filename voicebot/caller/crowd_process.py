"""Part of a crowd in a process of its own: told its plan in a file, begun at a word."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from voicebot.caller.calling_process import READY, READY_LIMIT_S, STOP_LIMIT_S
from voicebot.caller.crowd import CrowdCall
from voicebot.caller.crowd_plan import CrowdPlan
from voicebot.errors import CallerError


@dataclass(slots=True)
class CrowdProcess:
    """One `voicebot crowd`."""

    plan: CrowdPlan
    process: asyncio.subprocess.Process

    @classmethod
    async def prepare(cls, plan: CrowdPlan) -> Self:
        """Returns when everything but the calls is done. Raises CallerError."""
        path = Path(plan.record_dir) / f"{plan.name}.json"
        path.write_text(json.dumps(plan.to_json()), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voicebot", "crowd", str(path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        made = cls(plan, process)
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                if (await process.stderr.readline()).strip() == READY:
                    return made
        except TimeoutError as error:
            raise CallerError("a crowd was not ready") from error
        finally:
            # Whatever else ended the waiting ends the process.
            if sys.exception() is not None:
                await made.stop()
        await made.stop()
        raise CallerError("a crowd could not be prepared: its log tells why")

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    async def calls(self) -> list[CrowdCall]:
        """Waits for its end; whoever is rung back is told that nobody will ring any more."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            async with asyncio.timeout(self.plan.limit_s + STOP_LIMIT_S * 2):
                printed, _ = await self.process.communicate()
        except TimeoutError as error:
            raise CallerError(f"{self.plan.name} was not over in time") from error
        finally:
            await self.stop()
        # pjlib has greeted before.
        last = printed.decode(errors="replace").strip().splitlines()[-1:]
        try:
            return [CrowdCall.from_json(one) for one in json.loads("".join(last))]
        except ValueError as error:
            raise CallerError(f"{self.plan.name} gave no report: its log tells why") from error

    async def stop(self) -> None:
        """Leaves no process behind."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self.process.communicate()
        except TimeoutError:
            self.process.kill()
            await self.process.communicate()
