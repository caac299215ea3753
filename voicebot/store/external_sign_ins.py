"""Which account is the one of an identity that another service vouches for?"""

from datetime import datetime

from sqlalchemy import delete, select

from voicebot.store.accounts import KeptAccount, account_of
from voicebot.store.engine import Database
from voicebot.store.panel_tables import accounts, external_sign_ins
from voicebot.store.upsert import insert_or


class SqlExternalSignIns:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, issuer: str, subject: str) -> KeptAccount | None:
        """None: the identity is connected with none."""
        links = external_sign_ins.c
        asked = (
            select(accounts)
            .join(external_sign_ins, links.account == accounts.c.name)
            .where(links.issuer == issuer, links.subject == subject)
        )
        async with self._database.reading("find external sign-in") as connection:
            row = (await connection.execute(asked)).mappings().one_or_none()
            return None if row is None else account_of(row)

    async def issuers(self, account: str) -> frozenset[str]:
        """Whose identities the account is connected with."""
        links = external_sign_ins.c
        asked = select(links.issuer).where(links.account == account)
        async with self._database.reading("find external sign-in") as connection:
            return frozenset((await connection.execute(asked)).scalars())

    async def link(self, issuer: str, subject: str, account: str, at: datetime) -> bool:
        """False: the identity is connected with an account already."""
        row = {"issuer": issuer, "subject": subject, "account": account, "linked_at": at}
        async with self._database.writing("link external sign-in") as connection:
            adding = insert_or(connection, external_sign_ins).values(row)
            return (await connection.execute(adding.on_conflict_do_nothing())).rowcount == 1

    async def unlink(self, issuer: str, account: str) -> bool:
        """False: it was not connected."""
        links = external_sign_ins.c
        removing = delete(external_sign_ins).where(links.issuer == issuer, links.account == account)
        async with self._database.writing("unlink external sign-in") as connection:
            return (await connection.execute(removing)).rowcount > 0

    async def add_linked(
        self, issuer: str, subject: str, account: KeptAccount, at: datetime
    ) -> bool:
        """A new account that nobody has a password of. False: the name is taken."""
        row = {
            "name": account.name,
            "password_hash": account.password_hash,
            "role": account.role,
            "queues": None,
            "created_at": at,
        }
        link = {"issuer": issuer, "subject": subject, "account": account.name, "linked_at": at}
        async with self._database.writing("add external account") as connection:
            adding = insert_or(connection, accounts).values(row)
            if (await connection.execute(adding.on_conflict_do_nothing())).rowcount != 1:
                return False
            await connection.execute(insert_or(connection, external_sign_ins).values(link))
            return True
