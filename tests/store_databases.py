"""Databases for the tests of the store: SQLite and PostgreSQL, brought up by the migrations.

Each test gets one of its own, copied from one that was migrated once: migrating takes longer than
most tests. A conftest imports the last three fixtures; those of the session are everywhere.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgresql_server import PostgresqlServer, postgresql_server
from voicebot.store import schema
from voicebot.store.engine import Database

DIALECTS = ("sqlite", "postgresql")
_TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "voicebot.db"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server with a database that has the schema, to be copied."""
    with postgresql_server() as server:
        schema.upgrade(server.make(_TEMPLATE))
        yield server


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with the schema."""
    with new_database(request, request.param, tmp_path) as url:
        yield url


@contextmanager
def new_database(request: pytest.FixtureRequest, dialect: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database with the schema."""
    if dialect == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        with server.database(template=_TEMPLATE) as url:
            yield url
        return
    path = folder / "voicebot.db"
    source = sqlite3.connect(request.getfixturevalue("migrated_file"))
    copy = sqlite3.connect(path)
    source.backup(copy)
    source.close()
    copy.close()
    yield f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=DIALECTS)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any schema."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/bare.db"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database with the schema, opened."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()
