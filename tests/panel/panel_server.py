"""A panel that really runs, with a Redis and a database of its own, and calls to look at."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.polling import until
from tests.stack_fixture import free_ports
from voicebot.calls.model import (
    CallbackRequest,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    TurnRecord,
)
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transcript import CallTranscript
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.settings import PROJECT_DIR
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.waiting_line import RedisWaitingLines
from voicebot.store import schema
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.api_tokens import ApiToken, SqlApiTokens
from voicebot.store.call_qualities import set_quality
from voicebot.store.call_transcripts import SqlCallTranscripts
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

PASSWORD = "correct horse battery"
DID = "+43720880011"


@dataclass
class Panel:
    """What a test needs to know of it."""

    url: str
    folder: Path
    redis: RedisServer

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder}/voicebot.db"

    @property
    def client(self) -> "Redis":
        return Redis.from_url(self.redis.url, decode_responses=True)

    def add_account(self, name: str, role: Role, queues: frozenset[str] | None = None) -> None:
        async def adding() -> None:
            database = Database.open(self.database_url)
            account = KeptAccount(name, role.value, queues, hashed(PASSWORD))
            assert await SqlAccounts(database).add(account, datetime.now(UTC))
            await database.close()

        run(adding())

    def give_phone(self, name: str, extension: str) -> None:
        async def giving() -> None:
            database = Database.open(self.database_url)
            assert await SqlAccounts(database).set_extension(name, extension)
            await database.close()

        run(giving())

    def add_token(self, name: str, account: str, *scopes: str) -> str:
        token = f"vb_{name}"

        async def adding() -> None:
            database = Database.open(self.database_url)
            at = datetime.now(UTC)
            kept = ApiToken(name, account, frozenset(scopes), at, at + timedelta(days=1))
            assert await SqlApiTokens(database).add(token, kept)
            await database.close()

        run(adding())
        return token

    def revoke(self, name: str) -> None:
        async def revoking() -> None:
            database = Database.open(self.database_url)
            assert await SqlApiTokens(database).revoke(name)
            await database.close()

        run(revoking())

    def show_call(
        self,
        call_id: str,
        caller: str,
        *,
        did: str = DID,
        state: CallState = CallState.TALKING,
        phase: Phase = Phase.LISTENING,
        records: Sequence[TurnRecord] = (),
    ) -> None:
        """What an agent writes of a call that it has."""
        facts = CallFacts(CallId(call_id), ChannelId(call_id), caller, did, "ulaw")
        context = CallContext(
            facts,
            "node1-1",
            started_at=datetime.now(UTC),
            state=state,
            conversation=ConversationState(phase=phase, records=list(records)),
        )
        self.client.set(keys.call_context(CallId(call_id)), dump_context(context))
        self.tell(call_id, "call.media_up", setup_ms=6)

    def keep_call(
        self,
        record: CallRecord,
        transcript: CallTranscript | None = None,
        admissions: Sequence[AdmissionRecord] = (),
        callback: CallbackRequest | None = None,
    ) -> None:
        """What agents leave of a call that is over, and whoever reads its recordings and RTCP."""

        async def keeping() -> None:
            database = Database.open(self.database_url)
            await SqlCallRecords(database).write(record)
            await SqlAdmissions(database).keep(admissions)
            if record.quality is not None:
                await set_quality(database, record.facts.call_id, record.quality)
            if callback is not None:
                await SqlCallbackRequests(database).request(callback)
            if transcript is not None:
                store = SqlCallTranscripts(database)
                assert await store.keep(record.facts.call_id, transcript, record.ended_at)
            await database.close()

        run(keeping())

    def tell(self, call_id: str, name: str, **fields: object) -> None:
        entry: dict[Any, Any] = {"call_id": call_id, "name": name, "fields": json.dumps(fields)}
        self.client.xadd(keys.ALL_CALL_EVENTS, entry)

    def end_call(self, call_id: str) -> None:
        self.client.delete(keys.call_context(CallId(call_id)))
        self.tell(call_id, "call.ended", outcome="resolved")

    def clear(self) -> None:
        """Nobody calls or waits any more, and nothing is ordered."""
        prefix = keys.call_context(CallId(""))
        for context in self.client.scan_iter(f"{prefix}*"):
            self.end_call(str(context).removeprefix(prefix))
        ordered = (keys.PAUSED_QUEUES, keys.AGENTS_DRAINING, keys.DEGRADATION_FORCED)
        boards = (keys.DEGRADATION_AGENTS, *self.client.keys("line:*"), *self.client.keys("order*"))
        self.client.delete(*ordered, *boards)

    def have_wait(self, call_id: str, queue: str, arrived_at_s: float) -> None:
        async def joining() -> None:
            connection = RedisConnection(self.redis.url)
            lines = RedisWaitingLines(connection, ticket_lease_s=600)
            await lines.join(
                QueueName(queue), CallId(call_id), Rank.REGULAR, arrived_at_s, holder="node1-1"
            )
            await connection.close()

        run(joining())


@contextmanager
def panel_server(folder: Path, *, prefix: str = "", **more: str) -> Iterator[Panel]:
    with ThreadPoolExecutor(1) as thread:  # as in `run`
        thread.submit(schema.upgrade, f"sqlite+aiosqlite:///{folder}/voicebot.db").result()
    (port,) = free_ports(1)
    with redis_server(folder) as redis, (folder / "panel.log").open("w") as log:
        url = f"http://127.0.0.1:{port}{prefix}"
        settings = {
            "STATE_DIR": str(folder),
            "REDIS_ADDRESS": f"127.0.0.1:{redis.port}",
            "PANEL_PORT": str(port),
            "BUSINESS_FILE": str(_business(folder)),
            "PRICES_FILE": str(_prices(folder)),
            **({"PANEL_URL": url} if prefix else {}),
            **more,
        }
        process = subprocess.Popen(
            (sys.executable, "-m", "voicebot", "panel"),
            env=os.environ | {f"VOICEBOT_{name}": value for name, value in settings.items()},
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: _answers(url), lambda: (folder / "panel.log").read_text(), 30)
            yield Panel(url, folder, redis)
        finally:
            process.terminate()
            assert process.wait(10) == 0, (folder / "panel.log").read_text()


def _business(folder: Path) -> Path:
    """One that rings back by itself, at any time."""
    path = folder / "shop.yaml"
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "['00:00-24:00']")
    week = ", ".join(f"{day}: {hours}" for day, hours in days.items())
    path.write_text(
        f"name: Shop\ndids: ['{DID}']\npersona: You help.\n"
        "greeting: You speak with a machine.\n"
        "operators: [{id: joan, name: Joan}, {id: maria, name: Maria}]\n"
        "outbound:\n  greeting: This is the machine of the Shop.\n"
        f"  hours: {{{week}}}\n"
        "  countries: [AT]\n"
        "callbacks: {rings_on_holidays: true}\n"
    )
    return path


def _prices(folder: Path) -> Path:
    """The example's, in which nothing has a price; a test may write others."""
    return Path(shutil.copy(PROJECT_DIR / "config" / "prices.yaml", folder))


def run(work: Coroutine[Any, Any, None]) -> None:
    """In a thread: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/sign-in").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
