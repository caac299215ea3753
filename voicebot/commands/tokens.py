"""Tokens for programs that use the HTTP API: `voicebot token add|list|revoke`."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from voicebot.commands.showing import database_of, local, plain
from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.store.accounts import SqlAccounts
from voicebot.store.api_tokens import ApiToken, SqlApiTokens
from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.engine import Database

_COMMAND_LINE: Final = "command-line"

tokens_app = typer.Typer(no_args_is_help=True, help="Programs that may use the HTTP API.")


@tokens_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the program is called.")],
    account: Annotated[str, typer.Option(help="For whom it acts, within role and queues.")],
    scope: Annotated[list[str], typer.Option(help="What it may; may be given again.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good.")] = 365,
) -> None:
    """Make a token, and print it once."""
    from voicebot.panel.api_access import PREFIX, Scope

    if unknown := set(scope) - (known := {one.value for one in Scope}):
        raise ConfigurationError(
            f"there is no scope {sorted(unknown)[0]}; there are {', '.join(sorted(known))}"
        )
    token, at = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    kept = ApiToken(name, account, frozenset(scope), at, at + timedelta(days=days))

    async def adding(database: Database) -> None:
        if await SqlAccounts(database).find(account) is None:
            raise ConfigurationError("there is no account of that name")
        if not await SqlApiTokens(database).add(token, kept):
            raise ConfigurationError("there is a token of that name already")
        await _note(database, "add-token", name)

    _run(adding)
    typer.echo(f"{token}\nIt is shown only now.")


@tokens_app.command("revoke")
def revoke(name: str) -> None:
    """End a token at once."""

    async def revoking(database: Database) -> None:
        if not await SqlApiTokens(database).revoke(name):
            raise ConfigurationError("there is no token of that name")
        await _note(database, "revoke-token", name)

    _run(revoking)


@tokens_app.command("list")
def show() -> None:
    """List the tokens."""

    async def listing(database: Database) -> None:
        table = Table("token", "account", "scopes", "good until")
        for one in await SqlApiTokens(database).all():
            scopes = ", ".join(sorted(one.scopes))
            table.add_row(plain(one.name), plain(one.account), scopes, local(one.expires_at))
        Console().print(table)

    _run(listing)


def register(app: typer.Typer) -> None:
    """Adds `token` to the command line."""
    app.add_typer(tokens_app, name="token")


def _run(work: Callable[[Database], Awaitable[None]]) -> None:
    async def with_database() -> None:
        async with database_of(Settings.load()) as database:
            await work(database)

    asyncio.run(with_database())


async def _note(database: Database, action: str, name: str) -> None:
    line = Audited(datetime.now(UTC), _COMMAND_LINE, "", action, name, "done")
    await SqlAuditLog(database).add(line)
