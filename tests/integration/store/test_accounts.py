from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from voicebot.errors import StoreError
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.engine import Database
from voicebot.store.panel_sessions import SqlPanelSessions
from voicebot.store.panel_tables import audit_log, sessions

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA = KeptAccount("anna", "supervisor", frozenset({"sales@100"}), "hash")
LONGEST = timedelta(hours=12)


async def test_an_account_comes_back_as_it_was_kept_and_its_name_is_taken(
    database: Database,
) -> None:
    accounts = SqlAccounts(database)
    assert await accounts.add(ANNA, NOON)
    assert not await accounts.add(replace(ANNA, role="administrator"), NOON)
    assert await accounts.find("anna") == ANNA
    assert await accounts.find("Anna") is None
    assert list(await accounts.all()) == [ANNA]


async def test_a_new_password_ends_all_sessions(database: Database) -> None:
    accounts, kept = SqlAccounts(database), SqlPanelSessions(database)
    await accounts.add(ANNA, NOON)
    await kept.begin("token", "anna", NOON, LONGEST)
    found = await kept.find("token")
    assert found is not None
    assert found[0] == ANNA
    await accounts.set_password("anna", "other")
    assert await kept.find("token") is None


async def test_a_removed_account_has_no_sessions(database: Database) -> None:
    accounts, kept = SqlAccounts(database), SqlPanelSessions(database)
    await accounts.add(ANNA, NOON)
    await kept.begin("token", "anna", NOON, LONGEST)
    assert await accounts.remove("anna")
    assert await kept.find("token") is None
    assert not await accounts.remove("anna")


async def test_what_a_browser_holds_is_not_kept(database: Database) -> None:
    await SqlAccounts(database).add(ANNA, NOON)
    await SqlPanelSessions(database).begin("token", "anna", NOON, LONGEST)
    async with database.reading("look") as connection:
        [row] = (await connection.execute(sessions.select())).all()
    assert "token" not in row


async def test_a_code_of_the_second_factor_is_used_up(database: Database) -> None:
    accounts = SqlAccounts(database)
    await accounts.add(ANNA, NOON)
    await accounts.set_second_factor("anna", "secret", 7)
    assert not await accounts.use_step("anna", 7)
    assert await accounts.use_step("anna", 8)
    assert not await accounts.use_step("anna", 8)


async def test_tries_are_counted_for_the_account_and_the_address_for_a_while(
    database: Database,
) -> None:
    kept, late = SqlPanelSessions(database), timedelta(minutes=15)
    assert await kept.count_try("anna", "10.0.0.1", NOON, late) == (1, 1)
    assert await kept.count_try("bert", "10.0.0.1", NOON, late) == (1, 2)
    assert await kept.count_try("anna", "10.0.0.2", NOON, late) == (2, 1)
    after = NOON + timedelta(minutes=16)
    assert await kept.count_try("anna", "10.0.0.1", after, late) == (1, 1)
    await kept.forget_tries("anna")
    assert await kept.count_try("anna", "10.0.0.3", after, late) == (1, 1)


async def test_the_audit_log_is_only_added_to(database: Database) -> None:
    audit = SqlAuditLog(database)
    line = Audited(NOON, "anna", "10.0.0.1", "sign-in", "", "done")
    for _ in range(3):
        await audit.add(line)
    newest = await audit.latest(2)
    assert [one for _, one in newest] == [line, line]
    assert len(await audit.latest(9, before=newest[-1][0])) == 1
    for change in (delete(audit_log), update(audit_log).values(account="nobody")):
        with pytest.raises(StoreError, match="only added to"):
            async with database.writing("tamper") as connection:
                await connection.execute(change)
    if "postgresql" in str(database._engine.url):
        with pytest.raises(StoreError, match="only added to"):
            async with database.writing("tamper") as connection:
                await connection.execute(text("TRUNCATE audit_log"))
    assert len(await audit.latest(9)) == 3


async def test_an_account_has_one_phone_or_none(database: Database) -> None:
    accounts = SqlAccounts(database)
    await accounts.add(ANNA, NOON)
    for extension in ("joan", "maria", None):
        assert await accounts.set_extension("anna", extension)
        assert await accounts.find("anna") == replace(ANNA, extension=extension)
    assert not await accounts.set_extension("nobody", "joan")
