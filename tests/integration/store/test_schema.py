import asyncio
import stat
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from tests.fakes.sample_calls import a_record
from voicebot.store import schema
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database, open_engine
from voicebot.store.tables import metadata


async def tables(database_url: str) -> set[str]:
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda plain: set(inspect(plain).get_table_names()))
    await engine.dispose()
    return found - {"alembic_version"}


async def test_the_migrations_make_exactly_what_the_code_expects(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            # Only PostgreSQL has those that searches use.
            "include_name": lambda name, kind, _: not (kind == "index" and name[:7] == "search_"),
        }
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    engine = open_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_the_schema_goes_down_and_up_again_under_data(database_url: str) -> None:
    database = Database.open(database_url)
    await SqlCallRecords(database).write(a_record())
    await database.close()
    configuration = schema.configuration(database_url)
    await asyncio.to_thread(command.downgrade, configuration, "base")
    assert await tables(database_url) == set()
    await asyncio.to_thread(schema.upgrade, database_url)
    assert await tables(database_url) == set(metadata.tables)
    database = Database.open(database_url)
    await SqlCallRecords(database).write(a_record())
    assert await SqlCallRecords(database).find(a_record().facts.call_id) == a_record()
    await database.close()


async def test_upgrading_again_keeps_what_is_on_record(database_url: str) -> None:
    database = Database.open(database_url)
    store = SqlCallRecords(database)
    await store.write(a_record())
    await asyncio.to_thread(schema.upgrade, database_url)
    assert await store.find(a_record().facts.call_id) == a_record()
    await database.close()


async def test_upgrades_at_once_wait_for_each_other(bare_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(_upgrade_apart, bare_url) for _ in range(2)))
    assert await tables(bare_url) == set(metadata.tables)


def _upgrade_apart(database_url: str) -> None:
    """In a process of its own, as two set-ups would: alembic's context is one per process."""
    import subprocess
    import sys

    code = f"from voicebot.store import schema; schema.upgrade({database_url!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_new_database_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "voicebot.db"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_line_of_what_is_added_and_that_of_what_is_removed_never_mix() -> None:
    script = ScriptDirectory.from_config(schema.configuration("sqlite+aiosqlite://"))
    for revision in script.walk_revisions():
        assert revision.branch_labels & {"pre", "post"} == {Path(revision.path).parent.name}


def test_what_is_only_added_can_be_brought_in_before_a_rollout(bare_url: str) -> None:
    schema.upgrade(bare_url, target=schema.PRE)
    schema.upgrade(bare_url, target=schema.ALL)
