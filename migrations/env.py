"""How alembic reaches the database: through the project's own engine, asynchronously."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

from voicebot.settings import Settings
from voicebot.store import budget_tables, call_usage, callback_tables, capacity_tables, panel_tables
from voicebot.store.engine import open_engine
from voicebot.store.tables import UtcDateTime, metadata

# They put their tables beside those of `tables`.
assert budget_tables.metadata is metadata
assert call_usage.metadata is metadata
assert callback_tables.metadata is metadata
assert capacity_tables.metadata is metadata
assert panel_tables.metadata is metadata

# Any number will do, so long as no one else locks the same one in this database.
UPGRADE_LOCK = 7_106_001


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Keeps our own types out of revisions, which must outlive them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_compared(
    _object: object, name: str | None, kind: str, _is_reflected: bool, _compared: object
) -> bool:
    """Indexes that only PostgreSQL can have are not in the tables."""
    return not (kind == "index" and name is not None and name.startswith("search_"))


def run_migrations(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render,
        include_object=is_compared,
        compare_type=True,
        compare_server_default=True,
        # SQLite can alter little in place: alembic copies the table instead.
        render_as_batch=True,
        # SQLite can roll back DDL too, since the engine begins its transactions explicitly.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        # Two upgrades at once wait for each other. SQLite's BEGIN IMMEDIATE does that by itself.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        context.run_migrations()


async def run() -> None:
    url = context.config.attributes.get("database_url") or Settings.load().resolved_database_url
    # A table that is being copied is dropped in between: that must not cascade to its children.
    engine = open_engine(url, enforces_foreign_keys=False)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run_migrations)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: offline SQL is not offered.")
asyncio.run(run())
