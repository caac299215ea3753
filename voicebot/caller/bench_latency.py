"""How fast is the running stack, at its callers' ears?

Three phases of real calls: one after the other, at a steady rate, all at once.
Each call has a caller's number of its own, by which the stack's record of it and
its set-up time are found afterwards.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from voicebot.caller.bench_figures import BenchCall
from voicebot.caller.calling_process import CallingProcess
from voicebot.calls.model import CallRecord
from voicebot.calls.phone_number import caller_number, country_of
from voicebot.errors import CallerError
from voicebot.settings import Settings
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.turns.speculation import Preparations

CALL_LIMIT_S = 180.0
# A record is written after the hang-up; a call that an agent lost never gets a full one.
RECORDS_LIMIT_S = 10.0
RECORDS_POLL_S = 0.25
# Starting interpreters is work: more at a time would only make them wait for each other.
PREPARED_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What is called, what is said, and how often."""

    number: str
    sequence_calls: int
    rate_calls: int
    calls_per_second: float
    burst_calls: int
    script: tuple[str, ...]  # options of `voicebot call`, the steps of a call in sequence
    burst_script: tuple[str, ...]


Progress = Callable[[str], None]


async def run_bench(
    plan: BenchPlan, settings: Settings, record_dir: Path, progress: Progress
) -> Mapping[str, Sequence[BenchCall]]:
    """The calls of each phase, by its name. Raises VoicebotError."""

    async def place() -> Mapping[str, Sequence[BenchCall]]:
        return {
            "sequence": await place_in_sequence(plan, record_dir / "sequence", progress),
            "rate": await place_at_a_rate(plan, record_dir / "rate", progress),
            "burst": await place_at_once(plan, record_dir / "burst", progress),
        }

    return await with_records(place, settings, progress)


async def with_records(
    place: Callable[[], Awaitable[Mapping[str, Sequence[BenchCall]]]],
    settings: Settings,
    progress: Progress,
) -> Mapping[str, Sequence[BenchCall]]:
    """The calls that are placed, and what the stack says of them. Raises VoicebotError."""
    try:
        async with _watched(settings) as told:
            phases = await place()
            progress("collecting the stack's own records")
            records = await records_of(
                settings, [call.caller for of in phases.values() for call in of if call.is_held]
            )
    except ExceptionGroup as group:
        raise _first_of(group) from group
    return {
        name: [_joined(call, records, told) for call in calls] for name, calls in phases.items()
    }


def _first_of(group: ExceptionGroup) -> Exception:
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first


async def place_in_sequence(
    plan: BenchPlan, record_dir: Path, progress: Progress
) -> list[BenchCall]:
    calls = []
    for i in range(plan.sequence_calls):
        progress(f"call {i + 1} of {plan.sequence_calls} in sequence")
        process, caller = await prepare(plan.number, record_dir / f"{i:02}", plan.script)
        process.go()
        calls.append(await ended_call(process, caller))
    return calls


async def place_at_a_rate(plan: BenchPlan, record_dir: Path, progress: Progress) -> list[BenchCall]:
    """These callers only hear the greeting out."""
    progress(f"preparing {plan.rate_calls} calls, {plan.calls_per_second:g} a second")
    return await _all(plan.number, record_dir, plan.rate_calls, (), 1 / plan.calls_per_second)


async def place_at_once(plan: BenchPlan, record_dir: Path, progress: Progress) -> list[BenchCall]:
    progress(f"preparing {plan.burst_calls} calls at once")
    return await _all(plan.number, record_dir, plan.burst_calls, plan.burst_script, 0.0)


async def _all(
    number: str, record_dir: Path, count: int, script: Sequence[str], every_s: float
) -> list[BenchCall]:
    doors = asyncio.Semaphore(PREPARED_AT_A_TIME)

    async def prepared(i: int) -> tuple[CallingProcess, str]:
        async with doors:
            return await prepare(number, record_dir / f"{i:02}", script)

    preparing: list[asyncio.Task[tuple[CallingProcess, str]]] = []
    try:
        async with asyncio.TaskGroup() as group:
            preparing += [group.create_task(prepared(i)) for i in range(count)]
        async with asyncio.TaskGroup() as group:
            ended = []
            for process, caller in (task.result() for task in preparing):
                process.go()
                ended.append(group.create_task(ended_call(process, caller)))
                await asyncio.sleep(every_s)
        return [call.result() for call in ended]
    finally:
        for task in preparing:
            if not task.cancelled() and task.exception() is None:
                await task.result()[0].stop()


async def ended_call(process: CallingProcess, caller: str) -> BenchCall:
    """A call without a report is a lost call: a figure of the bench, not its end."""
    try:
        return bench_call(caller, await process.report(CALL_LIMIT_S))
    except CallerError as error:
        return BenchCall(caller, False, str(error), None, None, (), "")


def new_caller(called: str) -> str:
    """An extension that records keep as it is: it is no number in the country of the called."""
    while True:
        caller = str(100_000 + secrets.randbelow(900_000))
        if caller_number(caller, country=country_of(called)).number == caller:
            return caller


async def prepare(
    number: str, record_dir: Path, script: Sequence[str]
) -> tuple[CallingProcess, str]:
    caller = new_caller(number)
    return await CallingProcess.prepare(number, caller, record_dir, script), caller


def bench_call(caller: str, report: Mapping[str, Any]) -> BenchCall:
    """The figures of a call's report that the bench is about."""
    return BenchCall(
        caller=caller,
        is_held=report["is_held"],
        failure=report["failure"],
        answered_ms=report["set_up"]["answered_ms"],
        greeting_ms=report["set_up"]["greeting_ms"],
        voice_to_voice_ms=tuple(
            turn["voice_to_voice_ms"] for turn in report["turns"] if turn["utterance"] is not None
        ),
        record_dir=report["record_dir"],
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """By call id."""

    set_ups_ms: dict[str, int] = field(default_factory=dict)
    preparations: dict[str, Preparations] = field(default_factory=dict)


def _joined(call: BenchCall, records: Mapping[str, CallRecord], told: _Told) -> BenchCall:
    record = records.get(call.caller)
    if record is None:
        return call
    call_id = record.facts.call_id
    # Turn 0 is the greeting, which answers nobody.
    answers = [turn for turn in record.turns if turn.number > 0]
    return replace(
        call,
        call_id=call_id,
        media_up_ms=told.set_ups_ms.get(call_id),
        preparations=told.preparations.get(call_id, Preparations()),
        tiers=tuple(None if turn.route is None else turn.route.tier for turn in answers),
        stages=tuple(turn.timings for turn in answers),
    )


@asynccontextmanager
async def _watched(settings: Settings) -> AsyncIterator[_Told]:
    """Fills in what agents tell of their calls, as they tell it."""
    connection = RedisConnection(settings.redis_url)
    events = RedisCallEvents(connection)
    told = _Told()
    since = await events.now()

    async def watch() -> None:
        async for event in events.watch(since=since):
            if event.name == "call.media_up":
                told.set_ups_ms[event.call_id] = int(event.fields["setup_ms"])
            elif event.name == "call.ended":
                told.preparations[event.call_id] = Preparations(
                    int(event.fields["prepared"]),
                    int(event.fields["prepared_in_vain"]),
                    int(event.fields["foreseen"]),
                )

    try:
        async with asyncio.TaskGroup() as tasks:
            watcher = tasks.create_task(watch())
            yield told
            watcher.cancel()
    finally:
        await connection.close()


async def records_of(settings: Settings, callers: Iterable[str]) -> Mapping[str, CallRecord]:
    """The stack's records of these callers' calls; waits a while for the last."""
    wanted = frozenset(callers)
    database = Database.open(settings.resolved_database_url)
    found: dict[str, CallRecord] = {}
    deadline_s = asyncio.get_running_loop().time() + RECORDS_LIMIT_S
    try:
        # What still has no record then shows in the figures as a call without a call id.
        while wanted - found.keys() and asyncio.get_running_loop().time() < deadline_s:
            # Others may call meanwhile: look further back than our own calls reach.
            for record in await SqlCallRecords(database).latest(len(wanted) * 2 + 50):
                if record.facts.caller_number in wanted:
                    found[record.facts.caller_number] = record
            await asyncio.sleep(RECORDS_POLL_S)
    finally:
        await database.close()
    return found
