"""A panel with a Redis of its own and invented calls, for `voicebot bench panel`."""

import asyncio
import os
import random
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from voicebot.calls.model import (
    AnswerSource,
    CallFacts,
    CallId,
    ChannelId,
    StageTimings,
    TurnRecord,
)
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.errors import StackError
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.panel.session_rules import LONGEST
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.slots import RedisSlots
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.engine import Database
from voicebot.store.panel_sessions import SqlPanelSessions

_READY_WITHIN_S: Final = 60.0
_BELIEVED_FOR_S: Final = 3_600.0
_DIDS: Final = 40
_TURNS: Final = 8  # so far, of each call
_PHASES: Final = (Phase.LISTENING, Phase.HEARING, Phase.UNDERSTANDING, Phase.SPEAKING)


@dataclass(frozen=True, slots=True)
class BenchPanel:
    """Where it is, and who is signed in to it."""

    url: str
    session: str = field(repr=False)
    pid: int
    redis_url: str


@asynccontextmanager
async def bench_panel(folder: Path, database_url: str) -> AsyncIterator[BenchPanel]:
    """Of the state in `folder`. Raises StackError when one of the two does not come up."""
    redis_port, panel_port = _free_ports(2)
    redis = await asyncio.create_subprocess_exec(
        *("redis-server", "--port", str(redis_port), "--bind", "127.0.0.1"),
        *("--dir", str(folder), "--save", "", "--logfile", str(folder / "redis.log")),
    )
    settings = {
        "STATE_DIR": str(folder),
        "REDIS_ADDRESS": f"127.0.0.1:{redis_port}",
        "DATABASE_URL": database_url,
        "PANEL_PORT": str(panel_port),
    }
    environment = os.environ | {f"VOICEBOT_{name}": value for name, value in settings.items()}
    with (folder / "panel.log").open("wb") as log:
        panel = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voicebot", "panel"), env=environment, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{panel_port}"
        await _until_ready(url, panel, folder / "panel.log")
        async with _signed_in(database_url) as session:
            yield BenchPanel(url, session, panel.pid, f"redis://127.0.0.1:{redis_port}/0")
    finally:
        for process in (panel, redis):
            if process.returncode is None:
                process.terminate()
            await process.wait()


class LiveCalls:
    """Calls as their agents write them, and how each changes."""

    def __init__(self, connection: RedisConnection, count: int, seed: int) -> None:
        self._contexts = RedisCallContexts(connection)
        self._events = RedisCallEvents(connection)
        self._slots = RedisSlots(connection, lease_s=_BELIEVED_FOR_S)
        self._dice = random.Random(seed)
        self._calls = [_invented(number) for number in range(count)]

    async def begin(self) -> None:
        """All of them talk, each in a slot."""
        await self._slots.set_capacity(len(self._calls), believed_for_s=_BELIEVED_FOR_S)
        for call in self._calls:
            call_id = call.facts.call_id
            await self._contexts.save(call_id, dump_context(call))
            await self._slots.acquire(call_id)
            await self._events.publish(call_id, "call.media_up", {"setup_ms": 6})

    async def change(self, number: int, mark: int) -> tuple[float, float]:
        """One step of one call, which the floor tells by `mark` as its latest turn's latency (ms).

        Returns when it happened (epoch seconds) and how long its agent waited for Redis (s).
        """
        call = self._calls[number]
        phase = self._dice.choice(_PHASES)
        changed = replace(call, conversation=replace(call.conversation, phase=phase))
        fields: Mapping[str, Any] = {
            "route": {"tier": "full"},
            "timings": {"total_ms": mark},
        }
        happened_at_s, begun = time.time(), time.perf_counter()
        await self._contexts.save(call.facts.call_id, dump_context(changed))
        await self._events.publish(call.facts.call_id, "turn.over", fields)
        return happened_at_s, time.perf_counter() - begun


def call_id_of(number: int) -> CallId:
    return CallId(f"bench-live-{number}")


def _invented(number: int) -> CallContext:
    call_id = call_id_of(number)
    facts = CallFacts(
        call_id,
        ChannelId(call_id),
        f"+43660{number * 7_919 % 10_000_000:07}",
        f"+437208800{number % _DIDS:02}",
        "ulaw",
    )
    return CallContext(
        facts,
        f"node1-{number % 8 + 1}",
        started_at=datetime.now(UTC) - timedelta(seconds=number % 600),
        state=CallState.TALKING,
        conversation=ConversationState(
            phase=_PHASES[number % len(_PHASES)], records=[_turn(turn) for turn in range(_TURNS)]
        ),
    )


def _turn(number: int) -> TurnRecord:
    said = "We are open from nine to six on weekdays, and until one on Saturdays. What else?"
    return TurnRecord(
        number=number,
        heard="can you tell me when the workshop is open on the day after tomorrow",
        said=said,
        said_heard=said,
        was_interrupted=False,
        source=AnswerSource.FACT,
        started_at=datetime.now(UTC),
        timings=StageTimings(200, 130, 5, None, 90, 430),
    )


@asynccontextmanager
async def _signed_in(database_url: str) -> AsyncIterator[str]:
    """A supervisor's session; the account is gone afterwards."""
    name, token = f"bench-{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    database = Database.open(database_url)
    accounts = SqlAccounts(database)
    at = datetime.now(UTC)
    password = hashed(secrets.token_urlsafe(32))
    await accounts.add(KeptAccount(name, Role.SUPERVISOR.value, None, password), at)
    await SqlPanelSessions(database).begin(token, name, at, LONGEST)
    try:
        yield token
    finally:
        await accounts.remove(name)
        await database.close()


async def _until_ready(url: str, panel: asyncio.subprocess.Process, log: Path) -> None:
    limit = time.monotonic() + _READY_WITHIN_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < limit and panel.returncode is None:
            try:
                if (await client.get(f"{url}/sign-in")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    said = await asyncio.to_thread(log.read_text)
    raise StackError(f"the panel does not come up: {said[-500:]}")


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
