import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from tests.fakes.sample_calls import a_record
from voicebot.errors import StoreError
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.tables import cdr_positions


async def test_a_missing_database_is_named_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.db"
    database = Database.open(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(StoreError, match="find call record: there is no database yet"):
        await SqlCallRecords(database).find(a_record().facts.call_id)
    assert not path.exists()
    await database.close()


async def test_a_missing_schema_is_named(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.db"
    path.touch()
    database = Database.open(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(StoreError, match="list call records: no such table: calls"):
        await SqlCallRecords(database).latest(1)
    await database.close()


async def test_an_access_ends_at_its_deadline_and_the_next_one_works(
    migrated_file: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(migrated_file, tmp_path))
    database = Database.open(f"sqlite+aiosqlite:///{path}", deadline_s=0.2)
    store = SqlCallRecords(database)
    await store.write(a_record())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="write call record: database is locked"):
        await store.write(a_record(turns=0))
    assert await store.find(a_record().facts.call_id) == a_record()  # readers do not wait
    other.execute("ROLLBACK")
    other.close()
    await store.write(a_record(turns=1))
    assert await store.find(a_record().facts.call_id) == a_record(turns=1)
    await database.close()


async def test_a_transaction_that_lasts_too_long_is_given_up(database_url: str) -> None:
    database = Database.open(database_url, deadline_s=0.3)

    async def hold() -> None:
        async with database.reading("hold"):
            await asyncio.Event().wait()

    with pytest.raises(StoreError, match="hold: no answer after 300 ms"):
        await hold()
    assert list(await SqlCallRecords(database).latest(1)) == []
    await database.close()


async def test_what_raises_inside_a_transaction_leaves_nothing_behind(database: Database) -> None:
    class Stop(Exception):
        pass

    position = insert(cdr_positions).values(path="a", first_line_sha256="b", byte_offset=1)

    async def write_and_stop() -> None:
        async with database.writing("test") as connection:
            await connection.execute(position)
            raise Stop

    with pytest.raises(Stop):
        await write_and_stop()
    async with database.reading("test") as connection:
        assert (await connection.execute(select(cdr_positions))).all() == []


async def test_sqlite_keeps_foreign_keys_and_a_write_ahead_log(
    migrated_file: Path,
) -> None:
    database = Database.open(f"sqlite+aiosqlite:///{migrated_file}")
    async with database.reading("test") as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    await database.close()
