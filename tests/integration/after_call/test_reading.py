"""Recordings are read while there is room, each once, and live work goes first."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from tests.fakes.sample_calls import NOON, a_record
from tests.integration.after_call.test_records_process import LIMIT_S, Node, node, until
from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import asked_until, tasks_until
from voicebot.after_call import reading
from voicebot.after_call.live_pools import LivePools
from voicebot.after_call.reading import Reading
from voicebot.after_call.reading_process import ReadingProcess
from voicebot.after_call.room import LiveLoad
from voicebot.calls.model import CallId
from voicebot.calls.transcript import UNREADABLE, CallTranscript
from voicebot.dialogue.business import Business
from voicebot.ports import AgentLoad
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.call_transcripts import SqlCallTranscripts
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.tables import calls
from workers.contract import Stage

__all__ = ["node"]

CALL = CallId("node1-1.1")
TOLD = {
    "engine": "fake",
    "model": "fake",
    "language": "en",
    "word_times": "recognizer",
    "lines": [
        {
            "speaker": "caller",
            "start_ms": 100,
            "end_ms": 500,
            "text": "Hello?",
            "words": [{"text": "Hello?", "start_ms": 100, "end_ms": 500, "probability": 0.9}],
        }
    ],
}


def reader(directory: Path, *, code: int = 0) -> Path:
    """An interpreter that reads no recording: it notes its id and ends when it may."""
    script = directory / "reader"
    told = json.dumps(TOLD)
    script.write_text(
        f"#!/bin/sh\necho $$ >> {directory}/readers\n"
        f"until [ -e {directory}/may-end ]; do sleep 0.02; done\necho '{told}'\nexit {code}\n"
    )
    script.chmod(0o755)
    return script


def readers(directory: Path) -> list[int]:
    """The ids of those that began."""
    noted = directory / "readers"
    return [int(line) for line in noted.read_text().split()] if noted.exists() else []


def state_of(pid: int) -> str:
    """One letter of ps(1); "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return ""


async def recorded(database: Database, call_id: str = CALL) -> None:
    """A recorded call that is over, and young enough to be kept."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    record = a_record(call_id, started_at=at, recording_caller="asterisk/spool/a.wav")
    await SqlCallRecords(database).write(record)
    async with database.writing("end call") as connection:
        await connection.execute(
            update(calls).where(calls.c.call_id == call_id).values(cdr_ended_at=at)
        )


class Keeper:
    """Who reads, with a load that can be set."""

    def __init__(
        self,
        database: Database,
        directory: Path,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        code: int = 0,
    ) -> None:
        self.directory = directory
        self.load: LiveLoad | None = LiveLoad(0, 0)
        self.stopping = asyncio.Event()
        self.transcripts = SqlCallTranscripts(database)
        self.reading = Reading(
            self.transcripts,
            self._load,
            businesses,
            directory,
            "node1",
            beside_calls=0,
            stopping=self.stopping,
            start=partial(ReadingProcess.start, python=str(reader(directory, code=code))),
        )

    async def _load(self) -> LiveLoad | None:
        return self.load

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        async def rounds() -> None:
            while not self.stopping.is_set():
                await self.reading.run(datetime.now(UTC))
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            group.create_task(rounds())
            try:
                yield
            finally:
                self.stopping.set()

    async def reader(self) -> int:
        await self.until(lambda: bool(readers(self.directory)))
        return readers(self.directory)[-1]

    async def until(self, look: Callable[[], bool]) -> None:
        await tasks_until(look, "the reader", LIMIT_S)

    async def transcript(self) -> CallTranscript:
        return await asked_until(lambda: self.transcripts.of_call(CALL), "the transcript")

    def let_end(self) -> None:
        (self.directory / "may-end").touch()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks more often than in real life."""
    monkeypatch.setattr(reading, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("voicebot.after_call.room.QUIET_S", 0.1)


@pytest.fixture
def keeper(
    database: Database,
    tmp_path: Path,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
) -> Keeper:
    return Keeper(database, tmp_path, businesses)


async def test_a_recorded_call_is_read_once_it_is_quiet(keeper: Keeper, database: Database) -> None:
    await recorded(database)
    keeper.let_end()
    async with keeper.at_work():
        found = await keeper.transcript()
    assert [line.text for line in found.lines] == ["Hello?"]
    assert found.lines[0].words[0].end_ms == 500
    assert len(readers(keeper.directory)) == 1


@pytest.mark.parametrize("busy", [LiveLoad(1, 0), LiveLoad(0, 1), None])
async def test_reading_stands_still_while_live_work_needs_the_machine(
    keeper: Keeper, database: Database, busy: LiveLoad | None
) -> None:
    await recorded(database)
    async with keeper.at_work():
        pid = await keeper.reader()
        keeper.load = busy
        await keeper.until(lambda: state_of(pid) == "T")
        keeper.let_end()
        keeper.load = LiveLoad(0, 0)
        await keeper.transcript()
    assert len(readers(keeper.directory)) == 1


async def test_nothing_is_begun_during_a_call(keeper: Keeper, database: Database) -> None:
    await recorded(database)
    keeper.load = LiveLoad(1, 0)
    for _ in range(3):
        await keeper.reading.run(NOON)
    assert readers(keeper.directory) == []


async def test_reading_uses_only_idle_cores(keeper: Keeper, database: Database) -> None:
    await recorded(database)
    async with keeper.at_work():
        assert os.sched_getscheduler(await keeper.reader()) == os.SCHED_IDLE
        keeper.let_end()
        await keeper.transcript()


async def test_who_is_told_to_stop_leaves_no_reader_behind(
    keeper: Keeper, database: Database
) -> None:
    await recorded(database)
    async with keeper.at_work():
        pid = await keeper.reader()
    assert state_of(pid) == ""
    assert await keeper.transcripts.of_call(CALL) is None


async def test_what_is_no_recording_is_given_up(
    database: Database,
    tmp_path: Path,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
) -> None:
    keeper = Keeper(database, tmp_path, businesses, code=1)
    await recorded(database)
    keeper.let_end()
    async with keeper.at_work():
        assert await keeper.transcript() == UNREADABLE


async def test_who_fails_is_tried_again_later_and_holds_up_nobody(
    database: Database,
    tmp_path: Path,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
) -> None:
    keeper = Keeper(database, tmp_path, businesses, code=3)
    await recorded(database)
    await recorded(database, "node1-2.2")
    keeper.let_end()
    async with keeper.at_work():
        await keeper.until(lambda: len(readers(tmp_path)) == 2)
    assert await keeper.transcripts.of_call(CALL) is None


async def test_a_reader_dies_with_the_keeper_and_the_next_one_reads_once(
    node: Node, database: Database
) -> None:
    await recorded(database)
    script = reader(node.state_dir)
    node.environment["VOICEBOT_RECORDINGS_PYTHON"] = str(script)
    transcripts = SqlCallTranscripts(database)
    with node.process() as process:
        await until(node, lambda: readers(node.state_dir), "somebody reads")
        process.send_signal(signal.SIGKILL)
        [pid] = readers(node.state_dir)
        await until(node, lambda: state_of(pid) in ("", "Z"), "the reader is dead")
    assert await transcripts.of_call(CALL) is None
    (node.state_dir / "may-end").touch()
    with node.process():

        async def is_read() -> bool:
            return await transcripts.of_call(CALL) is not None

        await until(node, is_read, "the call is read")
    assert len(readers(node.state_dir)) == 2
    assert "Hello" not in node.log()


async def test_live_work_is_what_agents_and_queues_tell(
    redis: Redis, after_call_server: RedisServer
) -> None:
    connection = RedisConnection(after_call_server.url)
    pools = LivePools(connection)
    assert await pools.load() == LiveLoad(0, 0)
    agents = RedisAgentDirectory(connection)
    for name, busy in (("one", 2), ("two", 1)):
        await agents.announce(AgentLoad(name, busy, 50))
    await redis.rpush(Stage.TTS.value, b"work", b"work")
    assert await pools.load() == LiveLoad(3, 2)
    await connection.close()


async def test_without_redis_nobody_knows() -> None:
    connection = RedisConnection("redis://127.0.0.1:1/0")
    assert await LivePools(connection).load() is None
    await connection.close()
