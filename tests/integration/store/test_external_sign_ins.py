"""An identity of another service opens one account, and the account's end is its own."""

from datetime import UTC, datetime

from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.engine import Database
from voicebot.store.external_sign_ins import SqlExternalSignIns

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ISSUER = "https://sign-in.example"


async def test_an_identity_is_connected_with_one_account_at_most(database: Database) -> None:
    accounts, links = SqlAccounts(database), SqlExternalSignIns(database)
    for name in ("anna", "berta"):
        assert await accounts.add(KeptAccount(name, "viewer", frozenset({"q"}), "hash"), AT)
    assert await links.account(ISSUER, "1") is None
    assert await links.link(ISSUER, "1", "anna", AT)
    assert not await links.link(ISSUER, "1", "berta", AT)
    found = await links.account(ISSUER, "1")
    assert found is not None
    assert (found.name, found.queues) == ("anna", frozenset({"q"}))
    assert await links.account("https://elsewhere.example", "1") is None
    assert await links.issuers("anna") == {ISSUER}
    assert await links.issuers("berta") == frozenset()
    assert await links.unlink(ISSUER, "anna")
    assert not await links.unlink(ISSUER, "anna")


async def test_a_name_that_is_taken_is_given_to_nobody_else(database: Database) -> None:
    accounts, links = SqlAccounts(database), SqlExternalSignIns(database)
    made = KeptAccount("carl", "supervisor", None, "-")
    assert await links.add_linked(ISSUER, "1", made, AT)
    assert not await links.add_linked(ISSUER, "2", made, AT)
    assert await links.account(ISSUER, "2") is None
    assert await accounts.remove("carl")
    assert await links.account(ISSUER, "1") is None
