"""Migrations forward and back under data, as the releases before this one wrote it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.fakes.sample_calls import NOON, a_record, a_turn
from voicebot.calls.model import (
    AnswerSource,
    CallId,
    Direction,
    HandledBy,
    Outcome,
    Route,
    Tier,
)
from voicebot.store import schema
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database, open_engine
from voicebot.store.tables import calls

FIRST_RELEASE = "0001"
# What the first release writes of a call, by its own names.
CALL_OF_FIRST_RELEASE = {
    "call_id": "node1-1.1",
    "channel_id": "node1-1.1",
    "caller_number": "+15550100",
    "called_number": "1000",
    "codec": "ulaw",
    "business": "Lakeside Bikes",
    "agent": "agent-1",
    "handled_by": "agent",
    "outcome": "resolved",
    "hangup_cause": 16,
    "is_stub": False,
}
INSERT_CALL = """
INSERT INTO calls (call_id, channel_id, caller_number, called_number, codec, business, agent,
  handled_by, started_at, ended_at, outcome, hangup_cause, is_stub)
VALUES (:call_id, :channel_id, :caller_number, :called_number, :codec, :business, :agent,
  :handled_by, '2026-11-20 12:00:00+00:00', '2026-11-20 12:01:00+00:00', :outcome, :hangup_cause,
  :is_stub)
"""
INSERT_TURN = """
INSERT INTO turns (call_id, number, heard, said, said_heard, was_interrupted, source, started_at)
VALUES ('node1-1.1', 0, 'hello', 'Good day.', 'Good day.', false, 'script',
  '2026-11-20 12:00:01+00:00')
"""


async def execute(url: str, *statements: tuple[str, Mapping[str, Any]]) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:
        for statement, values in statements:
            await connection.execute(text(statement), values)
    await engine.dispose()


async def rows(url: str, statement: str) -> Sequence[tuple[Any, ...]]:
    engine = open_engine(url)
    async with engine.connect() as connection:
        found = [tuple(row) for row in await connection.execute(text(statement))]
    await engine.dispose()
    return found


async def upgrade(url: str, target: str = schema.ALL) -> None:
    await asyncio.to_thread(schema.upgrade, url, target=target)


async def downgrade(url: str, target: str) -> None:
    await asyncio.to_thread(command.downgrade, schema.configuration(url), f"pre@{target}")


async def test_calls_of_the_first_release_are_kept_and_nobody_is_rung_back(bare_url: str) -> None:
    await upgrade(bare_url, FIRST_RELEASE)
    await execute(bare_url, (INSERT_CALL, CALL_OF_FIRST_RELEASE), (INSERT_TURN, {}))
    await upgrade(bare_url)
    database = Database.open(bare_url)
    found = await SqlCallRecords(database).find(CallId("node1-1.1"))
    assert found is not None
    assert (found.facts.caller_number, found.started_at) == ("+15550100", NOON)
    assert found.facts.direction is Direction.INBOUND
    assert (found.turns[0].heard, found.transfers) == ("hello", ())
    async with database.reading("test") as connection:
        followed_up_at = (await connection.execute(select(calls.c.followed_up_at))).scalar_one()
    assert followed_up_at == NOON + timedelta(minutes=1)
    await database.close()


async def test_the_first_release_goes_on_writing_after_what_is_only_added(bare_url: str) -> None:
    await upgrade(bare_url, schema.PRE)
    await execute(bare_url, (INSERT_CALL, CALL_OF_FIRST_RELEASE), (INSERT_TURN, {}))
    database = Database.open(bare_url)
    found = await SqlCallRecords(database).find(CallId("node1-1.1"))
    await database.close()
    assert found is not None
    assert found.outcome is Outcome.RESOLVED


async def test_going_back_keeps_what_the_first_release_can_hold(bare_url: str) -> None:
    await upgrade(bare_url)
    database = Database.open(bare_url)
    records = SqlCallRecords(database)
    await records.write(a_record("talked", transfers=1, voicemail="asterisk/spool/v.wav"))
    await records.write(
        a_record("handed-over", handled_by=HandledBy.OPERATOR, outcome=Outcome.TRANSFERRED)
    )
    await records.write(a_record("probe", direction=Direction.PROBE))
    await database.close()
    await downgrade(bare_url, FIRST_RELEASE)
    kept = "SELECT call_id, handled_by, voicemail FROM calls ORDER BY call_id"
    assert await rows(bare_url, kept) == [
        ("handed-over", "agent", None),
        ("talked", "agent", "asterisk/spool/v.wav"),
    ]
    turns = await rows(bare_url, "SELECT call_id, heard FROM turns ORDER BY call_id, number")
    assert turns == [
        (call_id, "what are your hours") for call_id in ("handed-over",) * 2 + ("talked",) * 2
    ]
    await upgrade(bare_url)  # and forward again, under the same data
    database = Database.open(bare_url)
    found = await SqlCallRecords(database).find(CallId("talked"))
    await database.close()
    assert found == a_record("talked", voicemail="asterisk/spool/v.wav")


async def test_routes_are_added_and_taken_away_under_data(bare_url: str) -> None:
    routed = replace(
        a_record("routed", turns=0),
        turns=(
            replace(
                a_turn(), source=AnswerSource.RETRIEVED, route=Route(Tier.RETRIEVED, "same-meaning")
            ),
        ),
    )
    await upgrade(bare_url)
    database = Database.open(bare_url)
    await SqlCallRecords(database).write(routed)
    assert await SqlCallRecords(database).find(CallId("routed")) == routed
    await database.close()
    await downgrade(bare_url, "0004")
    # As the release before knows it.
    assert await rows(bare_url, "SELECT source FROM turns") == [("model",)]
    await upgrade(bare_url)
    database = Database.open(bare_url)
    found = await SqlCallRecords(database).find(CallId("routed"))
    await database.close()
    assert found is not None
    assert (found.turns[0].source, found.turns[0].route) == (AnswerSource.MODEL, None)


async def test_a_release_that_cannot_be_brought_in_whole_is_not_brought_in(bare_url: str) -> None:
    await upgrade(bare_url, FIRST_RELEASE)
    await execute(bare_url, ("CREATE TABLE do_not_call (mine TEXT)", {}))
    with pytest.raises(DBAPIError, match="do_not_call"):
        await upgrade(bare_url)
    assert await rows(bare_url, "SELECT version_num FROM alembic_version") == [(FIRST_RELEASE,)]
    await execute(bare_url, ("DROP TABLE do_not_call", {}))
    await upgrade(bare_url)
    assert await rows(bare_url, "SELECT count(*) FROM do_not_call") == [(0,)]
