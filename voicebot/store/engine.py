"""How is the database opened, and how does each access to it end in time?

Every access is one transaction with a deadline. What the driver or SQLAlchemy
raises leaves here as StoreError, without the values it was about: they are private.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from voicebot.errors import StoreError
from voicebot.telemetry.request_metrics import DATABASE, REQUESTS

DEADLINE_S = 5.0


def open_engine(
    database_url: str, *, deadline_s: float = DEADLINE_S, enforces_foreign_keys: bool = True
) -> AsyncEngine:
    """The engine for a URL with an async driver. Opens no connection yet."""
    # Parameters are callers' words and numbers: they stay out of exceptions and logs.
    engine = create_async_engine(database_url, hide_parameters=True, pool_timeout=deadline_s)
    if engine.dialect.name == "sqlite":
        # SQLite waits for a lock in a thread, which nothing can interrupt: it must give up first.
        _prepare_sqlite(engine, round(deadline_s * 600), enforces_foreign_keys)
    return engine


def _prepare_sqlite(engine: AsyncEngine, busy_ms: int, enforces_foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes only before the first change, too late for one snapshot.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_ms}")
        cursor.execute("PRAGMA journal_mode = WAL")  # agents write while the CLI reads
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforces_foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer fails at once when another wrote in between, whatever the
        # busy timeout says. So writers take their lock first.
        is_reading = connection.get_execution_options().get("is_reading", False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


class Database:
    """Transactions on one engine."""

    def __init__(self, engine: AsyncEngine, deadline_s: float) -> None:
        self._engine = engine
        self._deadline_s = deadline_s
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        self._unseen_file = Path(file) if file else None

    @classmethod
    def open(cls, database_url: str, *, deadline_s: float = DEADLINE_S) -> "Database":
        """Opens no connection yet."""
        return cls(open_engine(database_url, deadline_s=deadline_s), deadline_s)

    @asynccontextmanager
    async def reading(self, operation: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that changes nothing."""
        with REQUESTS.timed(DATABASE, operation):
            async with self._transaction(operation, is_reading=True) as connection:
                yield connection

    @asynccontextmanager
    async def writing(self, operation: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end of the block, or not at all."""
        with REQUESTS.timed(DATABASE, operation):
            async with self._transaction(operation, is_reading=False) as connection:
                yield connection

    @asynccontextmanager
    async def _transaction(
        self, operation: str, *, is_reading: bool
    ) -> AsyncIterator[AsyncConnection]:
        await self._see_file(operation)
        try:
            async with asyncio.timeout(self._deadline_s):
                async with self._engine.connect() as plain:
                    connection = await plain.execution_options(is_reading=is_reading)
                    async with connection.begin():
                        yield connection
        except TimeoutError as error:
            waited_ms = round(self._deadline_s * 1000)
            raise StoreError(f"{operation}: no answer after {waited_ms} ms") from error
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"{operation}: {_reason(error)}") from error

    async def _see_file(self, operation: str) -> None:
        """SQLite would make an empty file where there is none: set-up makes it, with a schema."""
        if self._unseen_file is not None:
            if not await asyncio.to_thread(self._unseen_file.is_file):
                raise StoreError(f"{operation}: there is no database yet; set-up makes it")
            self._unseen_file = None

    async def close(self) -> None:
        await self._engine.dispose()


def _reason(error: SQLAlchemyError | OSError) -> str:
    """What the database said, in one line: further lines may quote the row."""
    said = error.orig if isinstance(error, DBAPIError) else error
    lines = str(said).splitlines()
    return lines[0] if lines else type(said).__name__
