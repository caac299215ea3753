"""What a watch puts on record of a real node: its audio, its trunks, its doors."""

import asyncio
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.fakes.sample_calls import a_record
from tests.integration.ami.rtp_far_end import Faults
from tests.integration.ami.sip_caller import ANSWERS_OPTIONS, call, sipp
from tests.integration.ami.watched_node import CARRIER, ECHO, PHONE, WatchedNode
from tests.polling import asked_until
from tests.telephony.fallback.sipp import SCENARIOS_DIR
from voicebot.agents.node_watch import NodeWatch
from voicebot.ami import actions
from voicebot.ami.connection import connected
from voicebot.calls.model import CallId, CallQuality
from voicebot.calls.trunk_health import Health, HealthChange, Part
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.failed_authentications import SqlFailedAuthentications
from voicebot.store.trunk_health import SqlHealthChanges

NODE = "testnode"
LIMIT_S = 30.0
# Asterisk reports every 2 s.
ONE_REPORT_S = 3.0


@asynccontextmanager
async def watched(node: WatchedNode, database: Database) -> AsyncIterator[None]:
    """As the records process watches it; known to be connected."""
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(NodeWatch(node.ami, database, NODE).run())
        try:
            await change_to(database, Part.NODE, NODE, Health.UP)
            yield
        finally:
            watch.cancel()


async def change_to(database: Database, part: Part, name: str, health: Health) -> HealthChange:
    """The last change of this thing, once it is to that health."""

    async def found() -> HealthChange | None:
        known = await SqlHealthChanges(database, NODE).last_known()
        wanted = (each for each in known if (each.part, each.name) == (part, name))
        return next((each for each in wanted if each.health is health), None)

    return await asked_until(found, f"{name} is {health.value}")


async def quality_of(database: Database, call_id: CallId) -> CallQuality:
    records = SqlCallRecords(database)
    await records.write(a_record(call_id))

    async def found() -> CallQuality | None:
        record = await records.find(call_id)
        return None if record is None else record.quality

    return await asked_until(found, "the call's quality is on record")


async def one_call(node: WatchedNode, lasts_s: float, work_dir: Path, faults: Faults) -> CallId:
    """A call from its beginning to its end; its id."""
    port = node.settings.sip_port
    calling = asyncio.create_task(
        asyncio.to_thread(call, port, ECHO, lasts_s, work_dir, faults), name="caller"
    )
    async with connected(node.ami) as ami:
        up = await asked_until(lambda: actions.calls_up(ami), "the call is up")
    await calling
    [call_id] = up
    return call_id


async def test_what_the_network_did_to_a_call_is_in_its_record(
    node: WatchedNode, database: Database, tmp_path: Path
) -> None:
    spoiled = Faults(
        loses_every=10,
        holds_back_s=0.01,
        reported_lost=26,
        reported_jitter=160,
        answers_after_s=0.1,
    )
    async with watched(node, database):
        call_id = await one_call(node, ONE_REPORT_S, tmp_path, spoiled)
        quality = await quality_of(database, call_id)
    assert quality.received_loss_percent == pytest.approx(10, abs=1.5)
    assert quality.sent_loss_percent == pytest.approx(10, abs=0.5)
    # Every other frame is 10 ms late: RFC 3550's estimate settles there. A busy machine adds to it.
    assert quality.received_jitter_ms is not None
    assert quality.received_jitter_ms > 8
    assert quality.sent_jitter_ms == pytest.approx(20, abs=0.5)
    assert quality.round_trip_ms is not None
    assert quality.round_trip_ms > 95
    assert quality.mos is not None
    assert quality.mos < 2


async def test_a_call_over_a_good_network_sounds_good(
    node: WatchedNode, database: Database, tmp_path: Path
) -> None:
    async with watched(node, database):
        call_id = await one_call(node, ONE_REPORT_S, tmp_path, Faults())
        quality = await quality_of(database, call_id)
    assert quality.received_loss_percent == 0
    assert quality.sent_loss_percent == 0
    assert quality.mos is not None
    assert quality.mos > 4.2


async def test_a_refused_phone_is_counted_and_reported(
    node: WatchedNode, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refusals = SqlFailedAuthentications(database, NODE)

    async def times() -> int:
        found = await refusals.latest(100)
        return sum(
            count
            for key, count in found
            if (key.service, key.source, key.reason)
            == ("PJSIP", "127.0.0.1", "ChallengeResponseFailed")
        )

    async def is_counted() -> bool:
        return await times() == before + 1

    async with watched(node, database):
        before = await times()
        await asyncio.to_thread(_register_wrongly, node, tmp_path)
        await asked_until(is_counted, "the attempt is counted")
    assert "security.failed_authentication" in capsys.readouterr().out


async def test_what_the_database_could_not_take_is_written_when_it_is_back(
    node: WatchedNode, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.open(database_url, deadline_s=0.5)
    refusals = SqlFailedAuthentications(database, NODE)

    async def total() -> int:
        return sum(count for _, count in await refusals.latest(100))

    async def has_failed() -> bool:
        seen.append(capsys.readouterr().out)
        return "node.not_written" in "".join(seen)

    async def is_counted() -> bool:
        return await total() > before

    seen: list[str] = []
    async with watched(node, database):
        before = await total()
        with closing(sqlite3.connect(make_url(database_url).database or "")) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.to_thread(_register_wrongly, node, tmp_path)
            await asked_until(has_failed, "the database refuses")
            other.rollback()
        await asked_until(is_counted, "the attempt is counted")
    await database.close()


def _register_wrongly(node: WatchedNode, work_dir: Path) -> None:
    messages = work_dir / "messages.log"
    with sipp(
        SCENARIOS_DIR / "uac-phone-registers-expect-refusal.xml",
        f"127.0.0.1:{node.settings.sip_port}",
        *("-m", "1", "-key", "caller", PHONE, "-au", PHONE, "-ap", "wrong"),
        messages=messages,
    ) as process:
        assert process.wait(LIMIT_S) == 0, messages.read_text()


async def test_a_carrier_that_comes_up_and_dies_has_a_history(
    node: WatchedNode, database: Database, tmp_path: Path
) -> None:
    async with watched(node, database):
        with _carrier(node, tmp_path):
            up = await change_to(database, Part.ENDPOINT, CARRIER, Health.UP)
        down = await change_to(database, Part.ENDPOINT, CARRIER, Health.DOWN)
    assert (up.detail, down.detail) == ("reachable", "unreachable")
    assert up.round_trip_ms is not None
    assert 0 < up.round_trip_ms < 500
    latest = await SqlHealthChanges(database, NODE).latest(50)
    of_carrier = [each for each in latest if (each.part, each.name) == (down.part, CARRIER)]
    assert of_carrier[:2] == [down, up]


def _carrier(node: WatchedNode, work_dir: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    log = work_dir / "carrier.log"
    return sipp(ANSWERS_OPTIONS, "127.0.0.1", messages=log, port=node.carrier_port)


async def test_an_asterisk_that_died_is_down_until_it_is_back(
    node: WatchedNode, database: Database, tmp_path: Path
) -> None:
    async with watched(node, database):
        node.kill()
        down = await change_to(database, Part.NODE, NODE, Health.DOWN)
        node.launch()
        await asyncio.to_thread(node.wait_until_ready)
        up = await change_to(database, Part.NODE, NODE, Health.UP)
        assert down.at < up.at
        call_id = await one_call(node, ONE_REPORT_S, tmp_path, Faults())
        assert (await quality_of(database, call_id)).mos is not None


async def test_a_watch_that_begins_again_reports_no_news(
    node: WatchedNode, database: Database
) -> None:
    async with watched(node, database):
        pass
    known = await SqlHealthChanges(database, NODE).latest(100)
    async with watched(node, database):
        pass
    again = await SqlHealthChanges(database, NODE).latest(100)
    news = [each for each in again if each not in known]
    assert [each for each in news if each.part is Part.NODE] == []
