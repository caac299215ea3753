"""The web panel: `voicebot panel`, and `voicebot account …` for who may use it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from voicebot.commands.reload import Telephony
from voicebot.commands.showing import database_of, plain
from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.engine import Database
from voicebot.telemetry.logs import configure_logs
from voicebot.telemetry.metrics import served
from voicebot.telemetry.metrics_ports import metrics_port

_COMMAND_LINE: Final = "command-line"

accounts_app = typer.Typer(no_args_is_help=True, help="Who may use the web panel.")


def panel() -> None:
    """Serve the web panel."""
    # Its libraries are an extra: nothing else needs them.
    from voicebot.panel.running import serve

    settings = Settings.load()
    configure_logs(settings.log_level, process="panel")
    port = metrics_port(settings.metrics_first_port, "panel")
    with served(port, "panel", address=settings.metrics_address):
        uvloop.run(serve(settings, Telephony(settings)))


@accounts_app.command()
def add(
    name: Annotated[str, typer.Argument(help="What is signed in with.")],
    role: Annotated[str, typer.Option(help="viewer, supervisor or administrator.")] = "viewer",
    queue: Annotated[
        list[str] | None,
        typer.Option(help="A queue (name@DID) or a DID; may be given again. None: all of them."),
    ] = None,
) -> None:
    """Add an account, and print the password that was made for it."""
    from voicebot.panel.access import Role
    from voicebot.panel.passwords import hashed, new_password

    if role not in (roles := [one.value for one in Role]):
        raise ConfigurationError(f"there is no role {role}; there are {', '.join(roles)}")
    password = new_password()
    scope = frozenset(queue) if queue else None
    account = KeptAccount(name, role, scope, hashed(password))

    async def adding(database: Database) -> None:
        if not await SqlAccounts(database).add(account, datetime.now(UTC)):
            raise ConfigurationError("there is an account of that name already")
        await _note(database, "add-account", name)

    _run(adding)
    typer.echo(f"{password}\nIt is shown only now; it can be changed in the panel.")


@accounts_app.command("reset")
def reset(name: str) -> None:
    """Make a new password, and turn the second factor off: for who has lost either."""
    from voicebot.panel.passwords import hashed, new_password

    password = new_password()

    async def resetting(database: Database) -> None:
        accounts = SqlAccounts(database)
        if not await accounts.set_password(name, hashed(password)):
            raise ConfigurationError("there is no account of that name")
        await accounts.set_second_factor(name, None, 0)
        await _note(database, "reset-account", name)

    _run(resetting)
    typer.echo(f"{password}\nIt is shown only now; it can be changed in the panel.")


@accounts_app.command("remove")
def remove(name: str) -> None:
    """Remove an account, and end its sessions."""

    async def removing(database: Database) -> None:
        if not await SqlAccounts(database).remove(name):
            raise ConfigurationError("there is no account of that name")
        await _note(database, "remove-account", name)

    _run(removing)


@accounts_app.command("list")
def show() -> None:
    """List the accounts."""

    async def listing(database: Database) -> None:
        table = Table("account", "role", "queues", "second factor")
        for one in await SqlAccounts(database).all():
            queues = "all" if one.queues is None else ", ".join(sorted(one.queues))
            factor = "off" if one.totp_secret is None else "on"
            table.add_row(plain(one.name), one.role, plain(queues), factor)
        Console().print(table)

    _run(listing)


def register(app: typer.Typer) -> None:
    """Adds `panel` and `account` to the command line."""
    app.command()(panel)
    app.add_typer(accounts_app, name="account")


def _run(work: Callable[[Database], Awaitable[None]]) -> None:
    async def with_database() -> None:
        async with database_of(Settings.load()) as database:
            await work(database)

    asyncio.run(with_database())


async def _note(database: Database, action: str, name: str) -> None:
    line = Audited(datetime.now(UTC), _COMMAND_LINE, "", action, name, "done")
    await SqlAuditLog(database).add(line)
