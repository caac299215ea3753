"""What do those who talk, and those who wait, notice of ten times as many callers as slots?

Blocks by turns in one run: callers take all slots and talk at a person's pace, once with nobody
else there and once with a crowd in the line, which comes in when they have gone. Everything is
read from what the callers heard; who was whom is then asked of the service's own records.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voicebot.caller.audio_files import read_wav, write_wav
from voicebot.caller.bench_density import after_thinking, thinking_s
from voicebot.caller.bench_figures import BenchCall
from voicebot.caller.bench_latency import Progress, bench_call, prepare, with_records
from voicebot.caller.calling_process import CallingProcess
from voicebot.caller.crowd import CrowdCall, CrowdCaller, crowd
from voicebot.caller.crowd_plan import CALLS_OF_A_PROCESS, CrowdPlan
from voicebot.caller.crowd_process import CrowdProcess
from voicebot.caller.sound import RATE_HZ, Samples
from voicebot.caller.sound_match import first_of_any_ms
from voicebot.caller.spike_accounts import CLOSED, Known
from voicebot.caller.spike_figures import lost_s
from voicebot.caller.spike_knowledge import what_is_known, who_waited
from voicebot.caller.spike_waits import ToldWait, told_waits
from voicebot.errors import CallerError
from voicebot.settings import Settings

TALK_LIMIT_S = 300.0
# The talkers have all slots by then.
CROWD_COMES_AFTER_S = 6.0
CROWD_RINGS_WITHIN_S = 5.0
SETTLED_WITHIN_S = 60.0
LOOK_EVERY_S = 1.0
GREETING_S = 0.8


@dataclass(frozen=True, slots=True)
class SpikePlan:
    """Whom to call, and how many."""

    number: str
    slots: int
    crowd: int
    pairs: int  # of blocks
    utterances: tuple[tuple[str, Samples], ...]  # at RATE_HZ
    per_call: int
    rung_back_at: tuple[str, int]
    patience_s: float  # of those who lose it
    seed: int = 1

    @property
    def limit_s(self) -> float:
        """Of a crowd's calls."""
        return TALK_LIMIT_S


@dataclass(slots=True)
class SpikeResult:
    """What all of them lived through."""

    taken: Sequence[BenchCall] = ()
    spike: Sequence[BenchCall] = ()
    crowd: list[CrowdCall] = field(default_factory=list)
    rung_back: list[CrowdCall] = field(default_factory=list)
    greeted: dict[str, float] = field(default_factory=dict)
    freed_at_s: list[float] = field(default_factory=list)
    taken_at_s: list[float] = field(default_factory=list)  # by talkers, and by who was rung back
    known: Mapping[str, Known] = field(default_factory=dict)
    told: Sequence[ToldWait] = ()


class SpikeBench:
    """One run. Raises VoicebotError."""

    def __init__(
        self, plan: SpikePlan, settings: Settings, directory: Path, progress: Progress
    ) -> None:
        self._plan = plan
        self._settings = settings
        self._directory = directory
        self._progress = progress
        self._dice = random.Random(plan.seed)
        # Each agent process may have a greeting that was spoken anew: alike in words, not in sound.
        self._greetings: list[Samples] = []
        self._talked_at_once_s: list[float] = []
        self._result = SpikeResult()
        self._question = directory / "question.wav"
        # Reports tell the wall clock's time, the crowd the monotonic one's.
        self._wall_ahead_s = time.time() - time.monotonic()
        self._begun_at = datetime.now(UTC)

    async def run(self) -> SpikeResult:
        plan, result = self._plan, self._result
        write_wav(self._question, plan.utterances[0][1])
        rung_back = await CrowdProcess.prepare(self._plan_of("rung-back", (), plan.rung_back_at))
        rung_back.go()
        try:
            placed = await with_records(self._place, self._settings, self._progress)
            await self._settle()
            result.rung_back += await rung_back.calls()
        finally:
            await rung_back.stop()
        result.taken, result.spike = placed["taken"], placed["spike"]
        self._find_greetings()
        result.told = told_waits(
            result.crowd,
            await who_waited(
                self._settings, {call.number for call in result.crowd}, self._begun_at
            ),
            result.greeted,
            result.rung_back,
            result.freed_at_s,
            self._talked_at_once_s,
        )
        return result

    async def _place(self) -> Mapping[str, Sequence[BenchCall]]:
        taken: list[BenchCall] = []
        spike: list[BenchCall] = []
        for pair in range(self._plan.pairs):
            self._progress(f"all slots taken, nobody waiting, {pair + 1} of {self._plan.pairs}")
            taken += await self._talk(await self._talkers(self._directory / f"{pair}-taken"))
            self._progress(f"all slots taken, and a crowd comes, {pair + 1} of {self._plan.pairs}")
            spike += await self._spike(pair)
            # Who is owed a call would have a slot of the next block.
            await self._settle()
        return {"taken": taken, "spike": spike}

    async def _spike(self, pair: int) -> list[BenchCall]:
        directory = self._directory / f"{pair}-crowd"
        directory.mkdir(parents=True)
        known = {call.number for call in self._result.crowd}
        callers = crowd(
            self._plan.crowd,
            self._dice,
            within_s=CROWD_RINGS_WITHIN_S,
            patience_s=self._plan.patience_s,
            but=known,
        )
        count = -(-len(callers) // CALLS_OF_A_PROCESS)
        parts = [callers[i::count] for i in range(count)]
        processes = [
            await CrowdProcess.prepare(self._plan_of(f"{pair}-crowd/part-{i:02}", part, None))
            for i, part in enumerate(parts)
        ]
        talkers = await self._talkers(self._directory / f"{pair}-spike")
        try:
            async with asyncio.TaskGroup() as group:
                talking = group.create_task(self._talk(talkers))
                await asyncio.sleep(CROWD_COMES_AFTER_S)
                for process in processes:
                    process.go()
                ended = [group.create_task(process.calls()) for process in processes]
            self._result.crowd += [call for task in ended for call in task.result()]
            return talking.result()
        finally:
            for process in processes:
                await process.stop()

    async def _talkers(self, directory: Path) -> list[tuple[CallingProcess, str]]:
        """Who will take all slots, ready to ring, with their numbers."""
        scripts = [self._script(directory / f"{i:02}") for i in range(self._plan.slots)]
        return [
            await prepare(self._plan.number, directory / f"{i:02}", script)
            for i, script in enumerate(scripts)
        ]

    async def _talk(self, prepared: Sequence[tuple[CallingProcess, str]]) -> list[BenchCall]:
        try:
            for process, _ in prepared:
                process.go()
            reports = await asyncio.gather(
                *(process.report(TALK_LIMIT_S) for process, _ in prepared)
            )
        finally:
            for process, _ in prepared:
                await process.stop()
        for report in reports:
            self._note(report)
        return [
            bench_call(caller, report)
            for (_, caller), report in zip(prepared, reports, strict=True)
        ]

    def _note(self, report: Mapping[str, Any]) -> None:
        """When the call's slot came free, and how the agent greets."""
        if not report["is_held"] or report["ended_ms"] is None:
            return
        invited_s = datetime.fromisoformat(report["placed_at"]).timestamp() - self._wall_ahead_s
        self._talked_at_once_s.append(invited_s)
        self._result.freed_at_s.append(invited_s + report["ended_ms"] / 1000)
        greeting = report["turns"][0]["answer"]
        if greeting is not None:
            heard = read_wav(Path(report["record_dir"]) / "heard.wav")
            begins = greeting["start_ms"] * RATE_HZ // 1000
            self._greetings.append(heard[begins : begins + round(GREETING_S * RATE_HZ)])

    def _script(self, directory: Path) -> list[str]:
        directory.mkdir(parents=True, exist_ok=True)
        options: list[str] = []
        said = self._dice.choices(self._plan.utterances, k=self._plan.per_call)
        for step, (name, words) in enumerate(said):
            path = directory / f"said-{step}-{name}.wav"
            write_wav(path, after_thinking(words, thinking_s(self._dice)))
            options += ["--wav", str(path)]
        return options

    def _plan_of(
        self, name: str, callers: Sequence[CrowdCaller], answers_at: tuple[str, int] | None
    ) -> CrowdPlan:
        return CrowdPlan(
            name=name.rpartition("/")[2],
            number=self._plan.number,
            host="127.0.0.1",
            port=self._settings.sip_port,
            callers=tuple(callers),
            question=str(self._question),
            asks=True,
            record_dir=str((self._directory / name).parent),
            limit_s=self._plan.limit_s * (1 if answers_at is None else 2 * self._plan.pairs),
            answers_at=answers_at,
        )

    async def _settle(self) -> None:
        """Until each of the crowd is on record and was rung back, or for so long."""
        numbers = {call.number for call in self._result.crowd}
        until_s = time.monotonic() + SETTLED_WITHIN_S
        while True:
            known = self._result.known = await what_is_known(
                self._settings, numbers, self._begun_at
            )
            is_settled = all(
                one.outcomes and one.cdrs and set(one.callbacks) <= {CLOSED}
                for one in (known.get(number, Known()) for number in numbers)
            )
            if is_settled or time.monotonic() >= until_s:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def _find_greetings(self) -> None:
        result = self._result
        if not self._greetings:
            raise CallerError("no talker has heard the greeting")
        for call in result.crowd:
            if call.recorded_from_s is None or call.ended_at_s is None:
                continue
            [path] = self._directory.glob(f"*-crowd/{call.number.removeprefix('+')}.wav")
            recording = read_wav(path)
            at_ms = first_of_any_ms(recording, self._greetings)
            if at_ms is None:
                continue
            length_s = recording.size / RATE_HZ
            result.greeted[call.number] = (
                call.recorded_from_s
                + at_ms / 1000
                + lost_s(call.recorded_from_s, call.ended_at_s, length_s)
            )
            result.freed_at_s.append(call.ended_at_s)
        result.taken_at_s += self._talked_at_once_s
        result.taken_at_s += [call.rang_at_s for call in result.rung_back]
        result.freed_at_s += [
            call.ended_at_s for call in result.rung_back if call.ended_at_s is not None
        ]
