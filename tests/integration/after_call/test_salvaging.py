from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON, a_record, a_turn
from tests.integration.shared_state.redis_server import RedisServer
from tests.unit.calls.test_salvage import a_context
from tests.unit.store.cdr_lines import cdr_line
from voicebot.after_call.salvaging import Salvaging
from voicebot.calls.model import CallId, Outcome
from voicebot.calls.session import dump_context
from voicebot.dialogue.business import Business
from voicebot.errors import SharedStateError
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CdrImport
from voicebot.store.engine import Database
from voicebot.store.follow_ups import SqlFollowUps

CALL = CallId("node1-1.1")
LATER = NOON + timedelta(minutes=1)
ANSWERED = f"{NOON.timestamp() - 1:.6f}"


class Remains:
    """What is left of calls, and who picks it up."""

    def __init__(
        self,
        database: Database,
        connection: RedisConnection,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        file: Path,
    ) -> None:
        self.records = SqlCallRecords(database)
        self.contexts = RedisCallContexts(connection)
        self.importing = CdrImport(database, file)
        self.salvaging = Salvaging(SqlFollowUps(database), self.records, self.contexts, businesses)
        self._file = file

    async def call_ended(self, **columns: str) -> None:
        columns = {"handled_by": "agent", "answer": ANSWERED, **columns}
        with self._file.open("a") as opened:
            opened.write(cdr_line(CALL, ended_at=NOON, lasted_s=30, **columns) + "\n")
        await self.importing.run(LATER)

    async def turns(self) -> int:
        found = await self.records.find(CALL)
        assert found is not None
        return len(found.turns)


@pytest.fixture
async def connection(
    after_call_server: RedisServer, redis: Redis
) -> AsyncIterator[RedisConnection]:
    opened = RedisConnection(after_call_server.url)
    yield opened
    await opened.close()


@pytest.fixture
def remains(
    database: Database,
    connection: RedisConnection,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
    tmp_path: Path,
) -> Remains:
    return Remains(database, connection, businesses, tmp_path / "voicebot.csv")


async def test_a_call_whose_agent_was_killed_keeps_every_word(remains: Remains) -> None:
    await remains.contexts.save(CALL, dump_context(a_context()))
    await remains.call_ended()
    await remains.salvaging.run(LATER)
    found = await remains.records.find(CALL)
    assert found is not None
    assert found.turns == (a_turn(0), a_turn(1))
    assert (found.agent, found.business) == ("agent-1", "Lakeside Bikes")
    assert (found.ended_at, found.outcome) == (NOON, Outcome.FAILED)
    assert await remains.contexts.load(CALL) is None
    await remains.importing.run(LATER, from_start=True)  # and the CDR does not win it back
    assert await remains.turns() == 2


async def test_what_an_agent_wrote_is_never_replaced(remains: Remains) -> None:
    await remains.contexts.save(CALL, dump_context(a_context()))
    await remains.records.write(a_record(CALL, turns=3))
    await remains.call_ended()
    await remains.salvaging.run(LATER)
    assert await remains.turns() == 3


async def test_a_call_that_never_had_an_agent_stays_as_the_cdr_tells_it(remains: Remains) -> None:
    await remains.call_ended(handled_by="dialplan")
    await remains.salvaging.run(LATER)
    assert await remains.turns() == 0


@pytest.mark.parametrize("saved", ["", "{}", "of another release", '{"facts": 1}'])
async def test_a_context_that_is_not_understood_leaves_the_cdrs_word(
    remains: Remains, saved: str
) -> None:
    await remains.contexts.save(CALL, saved)
    await remains.call_ended()
    await remains.salvaging.run(LATER)
    assert await remains.turns() == 0


async def test_a_context_is_looked_for_until_redis_can_be_asked(
    remains: Remains,
    database: Database,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await remains.contexts.save(CALL, dump_context(a_context()))
    await remains.call_ended()
    away = RedisConnection("redis://127.0.0.1:1/0")
    there = remains.contexts._connection
    monkeypatch.setattr(remains.contexts, "_connection", away)
    with pytest.raises(SharedStateError):
        await remains.salvaging.run(LATER)
    assert await remains.turns() == 0
    monkeypatch.setattr(remains.contexts, "_connection", there)
    await remains.salvaging.run(LATER)
    assert await remains.turns() == 2
    await away.close()
