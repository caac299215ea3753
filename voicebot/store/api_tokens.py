"""Which tokens may programs use the HTTP API with?

A token acts for an account, within its role and queues, and within scopes of its own. Only its
hash is kept: whoever reads the table can ask for nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.engine import RowMapping

from voicebot.store.accounts import KeptAccount, account_of
from voicebot.store.engine import Database
from voicebot.store.panel_tables import accounts, api_tokens
from voicebot.store.upsert import insert_or


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known of a token; `name` is for people."""

    name: str
    account: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime


class SqlApiTokens:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: str, kept: ApiToken) -> bool:
        """False: the name is taken."""
        row = {
            "token_sha256": _hashed(token),
            "name": kept.name,
            "account": kept.account,
            "scopes": " ".join(sorted(kept.scopes)),
            "created_at": kept.created_at,
            "expires_at": kept.expires_at,
        }
        async with self._database.writing("add API token") as connection:
            adding = insert_or(connection, api_tokens).values(row)
            return (await connection.execute(adding.on_conflict_do_nothing())).rowcount == 1

    async def find(self, token: str, at: datetime) -> tuple[ApiToken, KeptAccount] | None:
        """And whom it acts for; None: nobody, or not any more."""
        asked = (
            select(
                accounts,
                api_tokens.c.name.label("token_name"),
                api_tokens.c.scopes,
                api_tokens.c.created_at.label("token_created_at"),
                api_tokens.c.expires_at,
            )
            .join(api_tokens, api_tokens.c.account == accounts.c.name)
            .where(api_tokens.c.token_sha256 == _hashed(token), api_tokens.c.expires_at > at)
        )
        async with self._database.reading("find API token") as connection:
            row = (await connection.execute(asked)).mappings().one_or_none()
        if row is None:
            return None
        kept = ApiToken(
            row["token_name"],
            row["name"],
            frozenset(row["scopes"].split()),
            row["token_created_at"],
            row["expires_at"],
        )
        return kept, account_of(row)

    async def all(self) -> Sequence[ApiToken]:
        """In order of name."""
        async with self._database.reading("list API tokens") as connection:
            found = await connection.execute(select(api_tokens).order_by(api_tokens.c.name))
            return [_token_of(row) for row in found.mappings()]

    async def revoke(self, name: str) -> bool:
        """False: there was none."""
        async with self._database.writing("revoke API token") as connection:
            removing = delete(api_tokens).where(api_tokens.c.name == name)
            return (await connection.execute(removing)).rowcount == 1


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _token_of(row: RowMapping) -> ApiToken:
    return ApiToken(
        row["name"],
        row["account"],
        frozenset(row["scopes"].split()),
        row["created_at"],
        row["expires_at"],
    )
