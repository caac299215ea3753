"""The records of calls: `voicebot calls list|show`, and the process that keeps them."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voicebot.agents.node_watch import watching
from voicebot.calls.model import CallId, CallQuality, CallRecord, TurnRecord
from voicebot.errors import StoreError
from voicebot.settings import Settings
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE, CdrImport
from voicebot.store.engine import Database
from voicebot.store.erasure import Erasure
from voicebot.store.failed_authentications import SqlFailedAuthentications
from voicebot.store.retention import kept_since
from voicebot.telemetry.logs import configure_logs, log_of

IMPORT_EVERY_S = 0.5
ERASE_EVERY = timedelta(hours=1)

calls_app = typer.Typer(no_args_is_help=True, help="What is on record of the calls.")
log = log_of("records")


@calls_app.command("list")
def list_calls(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows the latest calls."""
    records = asyncio.run(_latest(limit))
    if as_json:
        typer.echo(_json([_values(record) for record in records]))
    else:
        Console().print(_table(records))


@calls_app.command("show")
def show_call(
    call_id: Annotated[str, typer.Argument(help="As `voicebot calls list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows one call: its record, what was said, and where the time went."""
    record = asyncio.run(_find(CallId(call_id)))
    if record is None:
        typer.echo(f"No call {call_id} is on record.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(_json(_values(record)))
    else:
        _print_call(Console(), record)


def records(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Read Asterisk's whole CDR file again.")
    ] = False,
) -> None:
    """Puts calls on record that no agent recorded, and erases what was kept long enough."""
    settings = Settings.load()
    configure_logs(settings.log_level, process="records")
    asyncio.run(_one_round(settings, from_start) if once else _keep(settings, from_start))


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.add_typer(calls_app, name="calls")
    app.command("records")(records)


async def _keep(settings: Settings, from_start: bool) -> None:
    """Imports twice a second and erases every hour, until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    erased_at: datetime | None = None
    log.info("records.started")
    async with _opened(settings) as database, watching(settings, database):
        while not stopping.is_set():
            at = datetime.now(UTC)
            try:
                await _import(database, settings, from_start)
                from_start = False
                if erased_at is None or at - erased_at >= ERASE_EVERY:
                    await _erase(database, settings, at)
                    erased_at = at
            except StoreError as error:
                # The database or the file may be back in the next round, which does the same work.
                log.warning("records.round_failed", code=error.code, reason=str(error))
            await _wait(stopping)
    log.info("records.stopped")


async def _wait(stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(IMPORT_EVERY_S):
            await stopping.wait()
    except TimeoutError:
        return


async def _one_round(settings: Settings, from_start: bool) -> None:
    async with _opened(settings) as database:
        at = datetime.now(UTC)
        await _import(database, settings, from_start)
        await _erase(database, settings, at)


async def _import(database: Database, settings: Settings, from_start: bool) -> None:
    importing = CdrImport(database, settings.state_dir / CDR_FILE)
    imported = await importing.run(from_start=from_start)
    if imported.stubs or imported.malformed:
        log.info("records.imported", **asdict(imported))


async def _erase(database: Database, settings: Settings, at: datetime) -> None:
    erased = await Erasure(database, settings.state_dir).run(at, settings.retention_days)
    addresses = SqlFailedAuthentications(database, settings.node_name)
    await addresses.forget(kept_since(at, settings.retention_days))
    if erased.failures:
        log.warning("records.erasure_incomplete", **asdict(erased))
    elif erased.calls or erased.files:
        log.info("records.erased", **asdict(erased))


async def _latest(limit: int) -> Sequence[CallRecord]:
    async with _opened(Settings.load()) as database:
        return await SqlCallRecords(database).latest(limit)


async def _find(call_id: CallId) -> CallRecord | None:
    async with _opened(Settings.load()) as database:
        return await SqlCallRecords(database).find(call_id)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = Database.open(settings.resolved_database_url)
    try:
        yield database
    finally:
        await database.close()


def _values(record: CallRecord) -> dict[str, Any]:
    """The record as JSON tells it: flat facts, times in ISO 8601."""
    values = asdict(record)
    return {**values.pop("facts"), **values}


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _table(found: Sequence[CallRecord]) -> Table:
    table = Table("call", "started", "caller", "called", "lasted", "handled by", "turns", "outcome")
    for record in found:
        table.add_row(
            record.facts.call_id,
            _local(record.started_at),
            _plain(record.facts.caller_number or "withheld"),
            _plain(record.facts.called_number),
            _lasted(record),
            record.agent or record.handled_by.value,
            str(len(record.turns)),
            record.outcome.value,
        )
    return table


def _print_call(console: Console, record: CallRecord) -> None:
    summary = Table.grid(padding=(0, 2))
    for name, value in (
        ("call", record.facts.call_id),
        ("caller", record.facts.caller_number or "withheld"),
        ("called", record.facts.called_number),
        ("business", record.business or "-"),
        ("started", _local(record.started_at)),
        ("lasted", _lasted(record)),
        ("handled by", record.agent or record.handled_by.value),
        ("outcome", record.outcome.value),
        ("hang-up cause", str(record.hangup_cause)),
        ("audio", _heard_so(record.quality)),
        ("caller's recording", record.recording_caller),
        ("agent's recording", record.recording_agent),
        ("voicemail", record.voicemail),
    ):
        if value is not None:
            summary.add_row(name, _plain(value))
    console.print(summary)
    for turn in record.turns:
        console.print()
        if turn.heard:
            console.print(f"[bold]caller[/] {_plain(turn.heard)}")
        cut = " [red](cut off by the caller)[/]" if turn.was_interrupted else ""
        console.print(f"[bold]agent[/]  {_plain(turn.said_heard)}{cut}")
        console.print(f"[dim]{_stages(turn)}[/]")


def _heard_so(quality: CallQuality | None) -> str | None:
    """Both directions' loss and jitter, the round trip, and what they amount to."""
    if quality is None:
        return None
    measures = (
        ("MOS", quality.mos, ""),
        ("received loss", quality.received_loss_percent, " %"),
        ("jitter", quality.received_jitter_ms, " ms"),
        ("sent loss", quality.sent_loss_percent, " %"),
        ("jitter", quality.sent_jitter_ms, " ms"),
        ("round trip", quality.round_trip_ms, " ms"),
    )
    known = (f"{name} {value:.3g}{unit}" for name, value, unit in measures if value is not None)
    return ", ".join(known)


def _stages(turn: TurnRecord) -> str:
    timings = asdict(turn.timings).items()
    known = [f"{name.removesuffix('_ms')} {ms} ms" for name, ms in timings if ms is not None]
    return ", ".join([turn.source.value, *known])


def _plain(text: str) -> str:
    """Text as it is: strangers send numbers, and no terminal should obey them."""
    return escape("".join(sign if sign.isprintable() else "\ufffd" for sign in text))


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _lasted(record: CallRecord) -> str:
    return f"{(record.ended_at - record.started_at).total_seconds():.0f} s"
