"""Forget one caller: `voicebot erase-caller`."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from voicebot.commands.showing import database_of
from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.store.blotting import number_blot
from voicebot.store.caller_erasure import CallerErasure
from voicebot.store.erasure import Erased
from voicebot.store.number_key import number_key


def register(app: typer.Typer) -> None:
    app.command("erase-caller")(erase_caller)
    app.command("erase-again")(erase_again)


def erase_caller(
    number: Annotated[str, typer.Argument(help="With its country code: +1 202 555 0123.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
) -> None:
    """Erase what was said and recorded with one number, and the number itself.

    In the database, and in this node's recordings, logs and CDR file: run it on each node. The
    do-not-call list keeps the number.
    """
    key = number_key(number)
    try:
        number_blot(key)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if not yes:
        typer.confirm(f"Erase all that is kept of {key}?", abort=True)
    settings = Settings.load()
    erased, lines = asyncio.run(_erase(settings, key))
    typer.echo(
        f"{erased.calls} calls, {erased.messages} messages, {erased.callbacks} callbacks, "
        f"{erased.files} files; {lines} lines of logs and CDRs blotted"
    )
    if erased.failures:
        raise ConfigurationError(
            f"{erased.failures} files could not be deleted: see to their permissions, and ask again"
        )


def erase_again() -> None:
    """After a backup of the database was restored: forget anew whoever was forgotten.

    By the ledger in this node's state directory, which tells pseudonyms and no numbers. What came
    since somebody asked to be forgotten stays.
    """
    settings = Settings.load()

    async def again() -> tuple[Erased, int]:
        async with database_of(settings) as database:
            erasure = CallerErasure(database, settings.state_dir)
            return await erasure.forget_again("command-line", datetime.now(UTC))

    erased, callers = asyncio.run(again())
    typer.echo(
        f"{callers} callers: {erased.calls} calls, {erased.messages} messages, "
        f"{erased.callbacks} callbacks, {erased.files} files"
    )
    if erased.failures:
        raise ConfigurationError(
            f"{erased.failures} files could not be deleted: see to their permissions, and ask again"
        )


async def _erase(settings: Settings, number: str) -> tuple[Erased, int]:
    async with database_of(settings) as database:
        erasure = CallerErasure(database, settings.state_dir)
        return await erasure.forget(number, "command-line", "", datetime.now(UTC))
