"""A real database, brought up by the migrations: SQLite, and PostgreSQL where one is named."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from voicebot.store import schema
from voicebot.store.engine import Database, open_engine

# An empty database's URL, e.g. postgresql+asyncpg://user@localhost/test; each test makes its own.
POSTGRESQL_URL = os.environ.get("VOICEBOT_TEST_POSTGRESQL_URL")
DIALECTS = ["sqlite", *(["postgresql"] if POSTGRESQL_URL else [])]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("schema") / "voicebot.db"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=DIALECTS)
async def database_url(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path: Path
) -> AsyncIterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "voicebot.db"
        source, copy = sqlite3.connect(migrated_file), sqlite3.connect(path)
        source.backup(copy)
        source.close()
        copy.close()
        yield f"sqlite+aiosqlite:///{path}"
        return
    assert POSTGRESQL_URL is not None
    name = f"voicebot_{uuid4().hex}"
    await _administer(f"CREATE DATABASE {name}")
    url = make_url(POSTGRESQL_URL).set(database=name).render_as_string(hide_password=False)
    try:
        await asyncio.to_thread(schema.upgrade, url)
        yield url
    finally:
        await _administer(f"DROP DATABASE {name}")


async def _administer(statement: str) -> None:
    assert POSTGRESQL_URL is not None
    engine = open_engine(POSTGRESQL_URL).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.close()
