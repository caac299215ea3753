"""What callers left with us: `voicebot messages`, and `do-not-call`."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.calls.model import CallId
from voicebot.commands.showing import as_json_text, database_of, local, plain
from voicebot.settings import Settings
from voicebot.store.do_not_call import Barred, SqlDoNotCall
from voicebot.store.messages import KeptMessage, SqlMessages
from voicebot.store.number_key import number_key

messages_app = typer.Typer(no_args_is_help=True, help="Messages that callers left.")
do_not_call_app = typer.Typer(no_args_is_help=True, help="Numbers that are never rung.")

Limit = Annotated[int, typer.Option(min=1, help="How many.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Number = Annotated[str, typer.Argument(help="With its country code: +1 555 0100.")]


@messages_app.command("list")
def list_messages(limit: Limit = 20, as_json: AsJson = False) -> None:
    """Shows the latest messages, the newest first."""
    found = asyncio.run(_messages(limit))
    if as_json:
        typer.echo(as_json_text([_message_values(kept) for kept in found]))
        return
    table = Table("call", "left", "name", "call back", "business", "passed on", "message")
    for kept in found:
        message = kept.message
        table.add_row(
            message.call_id,
            local(message.taken_at),
            plain(message.name or "-"),
            plain(message.callback_number or message.caller_number or "withheld"),
            plain(message.business),
            ", ".join(f"{one.hook.value} {one.state.value}" for one in kept.deliveries) or "-",
            plain(_words(kept)),
        )
    Console().print(table)


@messages_app.command("show")
def show_messages(
    call_id: Annotated[str, typer.Argument(help="As `voicebot messages list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Shows what was left on one call."""
    found = asyncio.run(_messages_of(CallId(call_id)))
    if not found:
        typer.echo(f"No message was left on call {call_id}.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(as_json_text([_message_values(kept) for kept in found]))
        return
    for kept in found:
        _print_message(Console(), kept)


@do_not_call_app.command("add")
def bar(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the list.")] = "on request",
) -> None:
    """Puts a number on the list."""
    if not number_key(number):
        raise typer.BadParameter("there are no digits in it", param_hint="NUMBER")
    is_new = asyncio.run(_bar(number, reason))
    typer.echo("added" if is_new else "is on the list already")


@do_not_call_app.command("remove")
def unbar(number: Number) -> None:
    """Takes a number off the list."""
    if not asyncio.run(_unbar(number)):
        typer.echo("That number is not on the list.", err=True)
        raise typer.Exit(1)
    typer.echo("removed")


@do_not_call_app.command("list")
def list_barred(as_json: AsJson = False) -> None:
    """Shows the list, the newest first."""
    found = asyncio.run(_barred())
    if as_json:
        typer.echo(as_json_text([asdict(one) for one in found]))
        return
    table = Table("number", "since", "reason")
    for one in found:
        table.add_row(plain(one.number), local(one.since), plain(one.reason))
    Console().print(table)


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.add_typer(messages_app, name="messages")
    app.add_typer(do_not_call_app, name="do-not-call")


async def _messages(limit: int) -> Sequence[KeptMessage]:
    async with database_of(Settings.load()) as database:
        return await SqlMessages(database).latest(limit)


async def _messages_of(call_id: CallId) -> Sequence[KeptMessage]:
    async with database_of(Settings.load()) as database:
        return await SqlMessages(database).of_call(call_id)


async def _bar(number: str, reason: str) -> bool:
    async with database_of(Settings.load()) as database:
        return await SqlDoNotCall(database).add(number, reason, datetime.now(UTC))


async def _unbar(number: str) -> bool:
    async with database_of(Settings.load()) as database:
        return await SqlDoNotCall(database).remove(number)


async def _barred() -> Sequence[Barred]:
    async with database_of(Settings.load()) as database:
        return await SqlDoNotCall(database).all()


def _message_values(kept: KeptMessage) -> dict[str, Any]:
    values = asdict(kept)
    return {**values.pop("message"), **values}


def _words(kept: KeptMessage) -> str:
    if kept.message.text:
        return kept.message.text
    return "(no words)" if kept.is_transcribed else "(not transcribed yet)"


def _print_message(console: Console, kept: KeptMessage) -> None:
    message = kept.message
    summary = Table.grid(padding=(0, 2))
    for name, value in (
        ("call", message.call_id),
        ("left", local(message.taken_at)),
        ("taken by", message.taken_by.value),
        ("name", message.name or "-"),
        ("caller", message.caller_number or "withheld"),
        ("call back", message.callback_number or "-"),
        ("called", f"{message.called_number} ({message.business})"),
        ("recording", message.recording or "-"),
        ("message", _words(kept)),
    ):
        summary.add_row(name, plain(value))
    for one in kept.deliveries:
        told = f" ({one.last_error}, {one.attempts} attempts)" if one.last_error else ""
        summary.add_row(one.hook.value, f"{one.state.value}{told}")
    console.print(summary)
