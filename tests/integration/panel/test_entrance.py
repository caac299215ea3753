from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from voicebot.panel.entrance import Entrance, NotIn
from voicebot.panel.passwords import hashed
from voicebot.panel.second_factor import new_secret
from voicebot.panel.session_rules import IDLE, LONGEST
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.engine import Database
from voicebot.store.panel_sessions import SqlPanelSessions

PASSWORD = "correct horse battery"


class Door:
    """An entrance, and the clock above it."""

    def __init__(self, database: Database) -> None:
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.accounts = SqlAccounts(database)
        self.entrance = Entrance(self.accounts, SqlPanelSessions(database), lambda: self.at)

    async def sign_in(self, code: str = "", password: str = PASSWORD) -> str:
        """The token, or the reason."""
        return await self.entrance.sign_in("anna", password, code, "10.0.0.1")


@pytest.fixture
async def door(database: Database) -> Door:
    door = Door(database)
    await door.accounts.add(KeptAccount("anna", "viewer", None, hashed(PASSWORD)), door.at)
    return door


async def test_a_session_that_is_used_lasts_a_working_day_and_no_longer(door: Door) -> None:
    began_at, token = door.at, await door.sign_in()
    while door.at < began_at + LONGEST:
        assert await door.entrance.who(token) is not None
        door.at += IDLE / 2
    assert await door.entrance.who(token) is None
    door.at = began_at
    assert await door.entrance.who(token) is None


async def test_a_page_that_is_only_left_open_keeps_no_session_alive(door: Door) -> None:
    token = await door.sign_in()
    for _ in range(3):
        assert await door.entrance.is_in(token) is not None
        door.at += IDLE / 3
    assert await door.entrance.is_in(token) is None
    assert await door.entrance.who(token) is None


async def test_with_a_second_factor_a_password_alone_does_not_do(door: Door) -> None:
    secret = new_secret()
    await door.accounts.set_second_factor("anna", secret, 0)
    code = pyotp.TOTP(secret).at(door.at)
    assert await door.sign_in() is NotIn.WRONG
    assert await door.sign_in(code, password="wrong") is NotIn.WRONG
    assert not isinstance(await door.sign_in(code), NotIn)
    assert await door.sign_in(code) is NotIn.WRONG  # it was used


async def test_a_changed_password_ends_every_session(door: Door) -> None:
    tokens = [await door.sign_in(), await door.sign_in()]
    account = await door.accounts.find("anna")
    assert account is not None
    change = door.entrance.change_password
    assert await change(account, "wrong", "another long one", "10.0.0.1") is NotIn.WRONG
    assert await change(account, PASSWORD, "another long one", "10.0.0.1") is None
    assert [await door.entrance.who(token) for token in tokens] == [None, None]
    assert await door.sign_in() is NotIn.WRONG
    assert not isinstance(await door.sign_in(password="another long one"), NotIn)


async def test_guessing_is_stopped_for_a_while(door: Door) -> None:
    tries = [await door.sign_in(password="wrong") for _ in range(9)]
    assert tries == [NotIn.WRONG] * 8 + [NotIn.TOO_MANY]
    assert await door.sign_in() is NotIn.TOO_MANY
    door.at += timedelta(minutes=16)
    assert not isinstance(await door.sign_in(), NotIn)
