"""Which sessions of the panel are there, and who tries to begin one?

What a browser holds is not kept, only its hash: whoever reads the table can sign in as nobody.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from voicebot.store.accounts import KeptAccount, account_of
from voicebot.store.engine import Database
from voicebot.store.panel_tables import accounts, sessions
from voicebot.store.panel_tables import sign_in_tries as tries


class SqlPanelSessions:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, token: str, account: str, at: datetime, longest: timedelta) -> None:
        """And forgets the sessions that no longer can be good."""
        async with self._database.writing("begin session") as connection:
            await connection.execute(delete(sessions).where(sessions.c.began_at < at - longest))
            row = {
                "token_sha256": _hashed(token),
                "account": account,
                "began_at": at,
                "used_at": at,
            }
            await connection.execute(insert(sessions).values(row))

    async def find(self, token: str) -> tuple[KeptAccount, datetime, datetime] | None:
        """Whose it is, when it began, and when it was used last."""
        asked = (
            select(accounts, sessions.c.began_at, sessions.c.used_at)
            .join(sessions, sessions.c.account == accounts.c.name)
            .where(sessions.c.token_sha256 == _hashed(token))
        )
        async with self._database.reading("find session") as connection:
            row = (await connection.execute(asked)).mappings().one_or_none()
            return None if row is None else (account_of(row), row["began_at"], row["used_at"])

    async def note_use(self, token: str, at: datetime) -> None:
        using = update(sessions).where(sessions.c.token_sha256 == _hashed(token))
        async with self._database.writing("use session") as connection:
            await connection.execute(using.values(used_at=at))

    async def end(self, token: str) -> None:
        async with self._database.writing("end session") as connection:
            ended = sessions.c.token_sha256 == _hashed(token)
            await connection.execute(delete(sessions).where(ended))

    async def count_try(
        self, account: str, address: str, at: datetime, counts_for: timedelta
    ) -> tuple[int, int]:
        """How many of late were for this account, and from this address, with this one."""
        async with self._database.writing("count try") as connection:
            await connection.execute(delete(tries).where(tries.c.at < at - counts_for))
            row = {"account": account, "address": address, "at": at}
            await connection.execute(insert(tries).values(row))
            count = select(func.count()).select_from(tries)
            of_account = await connection.execute(count.where(tries.c.account == account))
            of_address = await connection.execute(count.where(tries.c.address == address))
            return of_account.scalar_one(), of_address.scalar_one()

    async def forget_tries(self, account: str) -> None:
        """Its person has come in."""
        async with self._database.writing("forget tries") as connection:
            await connection.execute(delete(tries).where(tries.c.account == account))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
