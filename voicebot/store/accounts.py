"""Who has an account of the panel, and what does it take to sign in to it?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping

from voicebot.store.engine import Database
from voicebot.store.panel_tables import accounts, sessions
from voicebot.store.upsert import insert_or


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """One account. `queues` None: all of them."""

    name: str
    role: str
    queues: frozenset[str] | None
    password_hash: str = field(repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0
    extension: str | None = None  # a phone


class SqlAccounts:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: KeptAccount, at: datetime) -> bool:
        """False: the name is taken."""
        row = {
            "name": account.name,
            "password_hash": account.password_hash,
            "role": account.role,
            "queues": None if account.queues is None else json.dumps(sorted(account.queues)),
            "created_at": at,
        }
        async with self._database.writing("add account") as connection:
            adding = insert_or(connection, accounts).values(row)
            return (await connection.execute(adding.on_conflict_do_nothing())).rowcount == 1

    async def find(self, name: str) -> KeptAccount | None:
        async with self._database.reading("find account") as connection:
            found = await connection.execute(select(accounts).where(accounts.c.name == name))
            row = found.mappings().one_or_none()
            return None if row is None else account_of(row)

    async def all(self) -> Sequence[KeptAccount]:
        """In order of name."""
        async with self._database.reading("list accounts") as connection:
            found = await connection.execute(select(accounts).order_by(accounts.c.name))
            return [account_of(row) for row in found.mappings()]

    async def remove(self, name: str) -> bool:
        """And its sessions. False: there was none."""
        async with self._database.writing("remove account") as connection:
            await connection.execute(delete(sessions).where(sessions.c.account == name))
            removing = delete(accounts).where(accounts.c.name == name)
            return (await connection.execute(removing)).rowcount == 1

    async def set_password(self, name: str, password_hash: str) -> bool:
        """Ends all of its sessions. False: there is no such account."""
        return await self._change(name, {"password_hash": password_hash}, ends_sessions=True)

    async def set_second_factor(self, name: str, secret: str | None, step: int) -> bool:
        """With the step of the code that proved it; None: no more second factor."""
        return await self._change(name, {"totp_secret": secret, "totp_step": step})

    async def set_rights(self, name: str, role: str, queues: frozenset[str] | None) -> bool:
        """In force with the next request. False: there is no such account."""
        kept = None if queues is None else json.dumps(sorted(queues))
        return await self._change(name, {"role": role, "queues": kept})

    async def set_extension(self, name: str, extension: str | None) -> bool:
        """False: there is no such account."""
        return await self._change(name, {"extension": extension})

    async def use_step(self, name: str, step: int) -> bool:
        """False: a code of this step, or of a later one, was used before."""
        using = (
            update(accounts)
            .where(accounts.c.name == name, accounts.c.totp_step < step)
            .values(totp_step=step)
        )
        async with self._database.writing("use second factor") as connection:
            return (await connection.execute(using)).rowcount == 1

    async def _change(
        self, name: str, values: dict[str, Any], *, ends_sessions: bool = False
    ) -> bool:
        async with self._database.writing("change account") as connection:
            if ends_sessions:
                await connection.execute(delete(sessions).where(sessions.c.account == name))
            changing = update(accounts).where(accounts.c.name == name).values(**values)
            return (await connection.execute(changing)).rowcount == 1


def account_of(row: RowMapping) -> KeptAccount:
    queues = row["queues"]
    return KeptAccount(
        row["name"],
        row["role"],
        None if queues is None else frozenset(json.loads(queues)),
        row["password_hash"],
        row["totp_secret"],
        row["totp_step"],
        row["extension"],
    )
