"""Who may come in, and who is still in?

Carries out what `session_rules`, `passwords` and `second_factor` decide, on SQL.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from voicebot.panel.passwords import hashed, is_password
from voicebot.panel.second_factor import step_of
from voicebot.panel.session_rules import (
    LONGEST,
    TRIES_COUNT_FOR,
    SessionTimes,
    is_good,
    is_use_noted,
    may_try,
)
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.panel_sessions import SqlPanelSessions

# Hashing is meant to be dear: a flood of tries gets no more of the machine than this.
HASHED_AT_ONCE = 2


async def hashed_elsewhere(password: str) -> str:
    """In a thread: it takes some 50 ms of a core."""
    return await asyncio.to_thread(hashed, password)


class NotIn(StrEnum):
    """Why somebody did not come in."""

    WRONG = "wrong"  # which of the three is nobody's business
    TOO_MANY = "too-many-tries"


class Entrance:
    """Raises StoreError."""

    def __init__(
        self, accounts: SqlAccounts, sessions: SqlPanelSessions, clock: Callable[[], datetime]
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._hashing = asyncio.Semaphore(HASHED_AT_ONCE)

    async def sign_in(self, name: str, password: str, code: str, address: str) -> str | NotIn:
        """The new session's token."""
        at = self._clock()
        tries = await self._sessions.count_try(name, address, at, TRIES_COUNT_FOR)
        if not may_try(*tries):
            return NotIn.TOO_MANY
        account = await self._accounts.find(name)
        is_right = await self._verify(account, password)
        if account is None or not is_right:
            return NotIn.WRONG
        if account.totp_secret is not None:
            step = step_of(account.totp_secret, code, at, account.totp_step)
            if step is None or not await self._accounts.use_step(name, step):
                return NotIn.WRONG
        await self._sessions.forget_tries(name)
        token = secrets.token_urlsafe(32)
        await self._sessions.begin(token, name, at, LONGEST)
        return token

    async def who(self, token: str) -> KeptAccount | None:
        """Whose session this is; None: nobody's, or over."""
        found = await self._sessions.find(token)
        if found is None:
            return None
        account, began_at, used_at = found
        at, times = self._clock(), SessionTimes(began_at, used_at)
        if not is_good(times, at):
            await self._sessions.end(token)
            return None
        if is_use_noted(times, at):
            await self._sessions.note_use(token, at)
        return account

    async def is_in(self, token: str) -> KeptAccount | None:
        """The same for a page that is only left open, which is no use of it."""
        found = await self._sessions.find(token)
        if found is None or not is_good(SessionTimes(found[1], found[2]), self._clock()):
            return None
        return found[0]

    async def sign_out(self, token: str) -> None:
        await self._sessions.end(token)

    async def change_password(
        self, account: KeptAccount, now: str, new: str, address: str
    ) -> NotIn | None:
        """Ends all sessions of the account; None: it is changed."""
        tries = await self._sessions.count_try(
            account.name, address, self._clock(), TRIES_COUNT_FOR
        )
        if not may_try(*tries):
            return NotIn.TOO_MANY
        if not await self._verify(account, now):
            return NotIn.WRONG
        async with self._hashing:
            new_hash = await asyncio.to_thread(hashed, new)
        await self._accounts.set_password(account.name, new_hash)
        return None

    async def count_wrong_token(self, address: str) -> int:
        """How many wrong ones came from this address of late, with this one."""
        at, counted_as = self._clock(), f"token {address}"
        of_address, _ = await self._sessions.count_try(counted_as, counted_as, at, TRIES_COUNT_FOR)
        return of_address

    async def _verify(self, account: KeptAccount | None, password: str) -> bool:
        kept = None if account is None else account.password_hash
        async with self._hashing:
            return await asyncio.to_thread(is_password, password, kept)
