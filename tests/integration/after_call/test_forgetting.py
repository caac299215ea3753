"""Contexts that outlive their calls: Redis was away when the agents wanted to forget them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON, a_record
from tests.integration.shared_state.redis_server import RedisServer
from tests.unit.store.cdr_lines import cdr_line
from voicebot.after_call.forgetting import Forgetting
from voicebot.calls.model import CallId
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CdrImport
from voicebot.store.engine import Database

ENDED, BROKEN, TRANSFERRED, UNKNOWN = (CallId(f"node1-1.{number}") for number in range(4))
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
async def contexts(
    after_call_server: RedisServer, redis: Redis
) -> AsyncIterator[RedisCallContexts]:
    connection = RedisConnection(after_call_server.url)
    yield RedisCallContexts(connection)
    await connection.close()


async def test_a_context_is_forgotten_once_its_call_is_over_and_on_record(
    database: Database, contexts: RedisCallContexts, tmp_path: Path
) -> None:
    records, file = SqlCallRecords(database), tmp_path / "voicebot.csv"
    for call_id in (ENDED, TRANSFERRED):
        await records.write(a_record(call_id))
    file.write_text(
        "".join(f"{cdr_line(call_id, ended_at=NOON, lasted_s=30)}\n" for call_id in (ENDED, BROKEN))
    )
    await CdrImport(database, file).run(LATER)
    for call_id in (ENDED, BROKEN, TRANSFERRED, UNKNOWN):
        await contexts.save(call_id, "where it stood")
    await Forgetting(records, contexts).run(LATER)
    # Of BROKEN nobody has told what its agent saved; TRANSFERRED may come back to us.
    assert set(await contexts.kept()) == {BROKEN, TRANSFERRED, UNKNOWN}
    await Forgetting(records, contexts).run(LATER)
    assert set(await contexts.kept()) == {BROKEN, TRANSFERRED, UNKNOWN}
