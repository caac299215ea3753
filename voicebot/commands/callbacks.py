"""Callers who are rung back: `voicebot callbacks list|book|move|call-now|cancel`."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_businesses
from voicebot.calls.model import CallbackReason, CallId
from voicebot.calls.outbound_rules import Refused, caller_id_of
from voicebot.commands.showing import as_json_text, database_of, local, plain
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_booking import Wish
from voicebot.queueing.callback_windows import LocalWindow, window_of
from voicebot.queueing.callbacks import BEFORE_DIALLING, Callback
from voicebot.settings import Settings
from voicebot.store.callback_desk import CallbackDesk
from voicebot.store.callbacks import KeptRequest, SqlCallbackRequests

callbacks_app = typer.Typer(no_args_is_help=True, help="Callers who wait to be rung back.")

Window = Annotated[
    str | None,
    typer.Option(help='As "2026-11-24 09:00-12:00 Europe/Berlin"; else as soon as possible.'),
]
Which = Annotated[str, typer.Argument(help="As `voicebot callbacks list` shows it.")]
Value = TypeVar("Value")


@callbacks_app.command("list")
def list_callbacks(
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 100,
    everyone: Annotated[
        bool, typer.Option("--all", help="Those who wait no longer, too; the newest first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows who waits to be rung back, the longest waiting first."""
    found = asyncio.run(_callbacks(limit, everyone=everyone))
    if as_json:
        typer.echo(as_json_text([_request_values(kept) for kept in found]))
        return
    table = Table("call", "since", "number", "business", "reason", "status")
    for kept in found:
        request = kept.request
        table.add_row(
            request.call_id,
            local(request.requested_at),
            plain(request.number or "erased"),
            plain(request.business),
            request.reason.value,
            kept.status.value if kept.state is None else f"{kept.state} ({kept.why})",
        )
    Console().print(table)


@callbacks_app.command("book")
def book(
    number: Annotated[str, typer.Argument(help="With its country code: +1 202 555 0123.")],
    business: Annotated[
        str | None, typer.Option(help="Who rings; only where there are several.")
    ] = None,
    window: Window = None,
) -> None:
    """Has a number rung, by the same rules as for callers who asked for it."""
    settings = Settings.load()
    rings, when = _business(load_businesses(settings.business_file), business), _window(window)
    caller_id = caller_id_of(rings, None)
    assert isinstance(caller_id, str), "one of its own"
    callback_id = CallId(f"{settings.node_name}-asked-{secrets.token_hex(8)}")
    wish = Wish(
        callback_id,
        caller_id,
        number,
        CallbackReason.REQUESTED,
        datetime.now(UTC),
        window=when,
    )
    booked = _ask(settings, lambda desk: desk.book(wish, rings.name))
    if booked is None:
        typer.echo(f"{callback_id}: people will ring; {rings.name} does not by itself")
        return
    _tell(booked)


@callbacks_app.command("move")
def move(callback: Which, window: Window = None) -> None:
    """Rings at another time, or as soon as it is its turn."""
    when, at = _window(window), datetime.now(UTC)
    _tell(_ask(Settings.load(), lambda desk: desk.move(CallId(callback), when, at)))


@callbacks_app.command("call-now")
def call_now(callback: Which) -> None:
    """Rings before all others but those who were cut off; at good hours only."""
    at = datetime.now(UTC)
    _tell(_ask(Settings.load(), lambda desk: desk.call_now(CallId(callback), at)))


@callbacks_app.command("cancel")
def cancel(callback: Which) -> None:
    """Rings no more; what rings at this moment is hung up."""
    at = datetime.now(UTC)
    if not _ask(Settings.load(), lambda desk: desk.cancel(CallId(callback), at)):
        typer.echo("Nobody waits under that name.", err=True)
        raise typer.Exit(1)
    typer.echo("cancelled")


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.add_typer(callbacks_app, name="callbacks")


def _tell(booked: Callback | Refused | None) -> None:
    if booked is None:
        typer.echo("Nobody waits under that name, or it is left to people.", err=True)
        raise typer.Exit(1)
    if isinstance(booked, Refused):
        typer.echo(f"refused ({booked.reason.value}): {booked.remedy}", err=True)
        raise typer.Exit(1)
    if booked.state not in BEFORE_DIALLING:
        typer.echo(f"{booked.callback_id}: rings at this moment")
        return
    when = "as soon as it is its turn" if booked.window is None else str(booked.window)
    typer.echo(f"{booked.callback_id}: {when}")


def _business(businesses: Sequence[Business], name: str | None) -> Business:
    found = [one for one in businesses if name is None or one.name == name]
    if len(found) != 1:
        names = ", ".join(one.name for one in businesses)
        raise typer.BadParameter(f"there are: {names}", param_hint="--business")
    return found[0]


def _window(text: str | None) -> LocalWindow | None:
    try:
        return None if text is None else window_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error


def _ask(settings: Settings, question: Callable[[CallbackDesk], Awaitable[Value]]) -> Value:
    async def ask() -> Value:
        businesses = load_businesses(settings.business_file)
        async with database_of(settings) as database:
            return await question(CallbackDesk(database, lambda: businesses))

    return asyncio.run(ask())


async def _callbacks(limit: int, *, everyone: bool) -> Sequence[KeptRequest]:
    async with database_of(Settings.load()) as database:
        book = SqlCallbackRequests(database)
        return await (book.latest(limit) if everyone else book.waiting(limit))


def _request_values(kept: KeptRequest) -> dict[str, Any]:
    values = asdict(kept)
    return {**values.pop("request"), **values}
