"""`voicebot dial`: ring a number and let an agent talk."""

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from voicebot.calls.dialled import DialStatus
from voicebot.commands.showing import as_json_text, database_of, local, plain
from voicebot.outbound import DialResult
from voicebot.outbound import dial as place
from voicebot.settings import Settings
from voicebot.store.outbound_calls import KeptCall, SqlOutboundCalls
from voicebot.telemetry.logs import configure_logs

# Of this command.
REFUSED, NOT_REACHED = 3, 1


def dial(
    number: Annotated[str, typer.Argument(help="With its country code: +1 202 555 0123.")],
    agent: Annotated[
        str | None, typer.Option(help="One of the business's outbound.agents; else the number's.")
    ] = None,
    business: Annotated[str | None, typer.Option(help="For whom, by its name.")] = None,
    did: Annotated[
        str | None,
        typer.Option("--did", "--caller-id", help="Our number that is shown, of that business."),
    ] = None,
    trunk: Annotated[
        str | None, typer.Option(help="By default the one that brings that number.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Asked again under the same key, nobody is rung again.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Until the call is over; it goes on anyway.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Rings a number; the business's agent talks with whoever answers.

    Exits with 0 when somebody answered (or, without waiting, when it rings), 1 when nobody did,
    3 when the rules refuse it: then nothing was sent.
    """
    settings = Settings.load()
    # Standard output is the result's alone.
    configure_logs("WARNING", process="dial", stream=sys.stderr)

    def tell(state: str) -> None:
        if not as_json:
            typer.echo(state)

    result = asyncio.run(
        place(
            settings,
            number,
            business=business,
            did=did,
            agent=agent,
            trunk=trunk,
            key=key,
            waits=wait,
            on_progress=tell,
        )
    )
    typer.echo(as_json_text(_values(result)) if as_json else _told(result))
    raise typer.Exit(_exit_code(result))


def dialled(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows the calls that were placed, and what came of them."""
    found = asyncio.run(_latest(limit))
    if as_json:
        typer.echo(as_json_text([asdict(kept) for kept in found]))
        return
    for kept in found:
        call = kept.call
        status = "unknown yet" if kept.status is None else kept.status.value
        number = plain(call.number or "erased")
        typer.echo(f"{local(call.requested_at)}  {number}  {status}  {call.call_id}")


def register(app: typer.Typer) -> None:
    """Adds `dial` and `dialled` to the command line."""
    app.command()(dial)
    app.command()(dialled)


async def _latest(limit: int) -> list[KeptCall]:
    async with database_of(Settings.load()) as database:
        return list(await SqlOutboundCalls(database).latest(limit))


def _exit_code(result: DialResult) -> int:
    if result.refused is not None:
        return REFUSED
    return 0 if result.status in (None, DialStatus.ANSWERED) else NOT_REACHED


def _told(result: DialResult) -> str:
    if result.refused is not None:
        return f"refused: {result.refused.reason.value}: {result.refused.remedy}"
    status = "under way" if result.status is None else result.status.value
    if result.was_placed_before:
        status = f"placed before: {status}"
    parts = [status]
    if result.answered_by is not None:
        parts.append(f"by: {result.answered_by.value}")
    if result.record is not None:
        parts.append(f"outcome {result.record.outcome.value}")
    return f"{', '.join(parts)}  (call {result.call_id})"


def _values(result: DialResult) -> dict[str, Any]:
    record, refused = result.record, result.refused
    return {
        "status": None if result.status is None else result.status.value,
        "call_id": result.call_id,
        "refused": None if refused is None else refused.reason.value,
        "remedy": None if refused is None else refused.remedy,
        "hangup_cause": result.hangup_cause,
        "answered_by": None if result.answered_by is None else result.answered_by.value,
        "outcome": None if record is None else record.outcome.value,
        "was_placed_before": result.was_placed_before,
    }
