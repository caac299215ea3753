"""The calls on record: `voicebot calls list|show`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.calls.model import CallId, CallQuality, CallRecord, TransferRecord, TurnRecord
from voicebot.calls.transcript import CallTranscript
from voicebot.commands.showing import as_json_text, database_of, local, plain
from voicebot.commands.transcripts import print_transcript
from voicebot.costs.usage import Queue, WorkUsage
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.settings import Settings
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.call_transcripts import SqlCallTranscripts
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.calls import SqlCallRecords

calls_app = typer.Typer(no_args_is_help=True, help="What is on record of the calls.")


@calls_app.command("list")
def list_calls(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    with_probes: Annotated[
        bool, typer.Option("--with-probes", help="Our own test calls, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows the latest calls."""
    records = asyncio.run(_latest(limit, with_probes))
    if as_json:
        typer.echo(as_json_text([_values(record) for record in records]))
    else:
        Console().print(_table(records))


@calls_app.command("show")
def show_call(
    call_id: Annotated[str, typer.Argument(help="As `voicebot calls list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows one call: its record, what was said, and where the time went."""
    record, transcript, admissions, used = asyncio.run(_find(CallId(call_id)))
    if record is None:
        typer.echo(f"No call {call_id} is on record.", err=True)
        raise typer.Exit(1)
    if as_json:
        told = None if transcript is None else asdict(transcript)
        judged = [asdict(each) for each in admissions]
        more = {"transcript": told, "admissions": judged, "usage": _usage(used)}
        typer.echo(as_json_text(_values(record) | more))
    else:
        _print_call(Console(), record)
        for each in admissions:
            Console().print(f"[bold]admission[/] {plain(_admission(each))}")
        for queue, amounts in _usage(used).items():
            counted = ", ".join(f"{name} {amount}" for name, amount in amounts.items() if amount)
            Console().print(f"[bold]used[/] {plain(queue)}: {counted}")
        print_transcript(Console(), transcript)


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.add_typer(calls_app, name="calls")


async def _latest(limit: int, with_probes: bool) -> Sequence[CallRecord]:
    async with database_of(Settings.load()) as database:
        return await SqlCallRecords(database).latest(limit, with_probes=with_probes)


async def _find(
    call_id: CallId,
) -> tuple[
    CallRecord | None,
    CallTranscript | None,
    Sequence[AdmissionRecord],
    Mapping[Queue, WorkUsage],
]:
    async with database_of(Settings.load()) as database:
        record = await SqlCallRecords(database).find(call_id)
        transcript = await SqlCallTranscripts(database).of_call(call_id)
        admissions = await SqlAdmissions(database).of_call(call_id)
        used = await SqlCallUsage(database).of_call(call_id)
        return record, transcript, admissions, used


def _usage(used: Mapping[Queue, WorkUsage]) -> dict[str, dict[str, int]]:
    """What workers did for it, by their queue."""
    return {queue: asdict(work) for queue, work in used.items()}


def _values(record: CallRecord) -> dict[str, Any]:
    """The record as JSON tells it: flat facts, times in ISO 8601."""
    values = asdict(record)
    return {**values.pop("facts"), **values}


def _table(found: Sequence[CallRecord]) -> Table:
    table = Table("call", "started", "caller", "called", "lasted", "handled by", "turns", "outcome")
    for record in found:
        table.add_row(
            record.facts.call_id,
            local(record.started_at),
            plain(record.facts.caller_number or "withheld"),
            plain(record.facts.called_number),
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
        ("started", local(record.started_at)),
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
            summary.add_row(name, plain(value))
    console.print(summary)
    for transfer in record.transfers:
        console.print(f"[bold]transfer[/] {plain(_transfer(transfer))}")
    for turn in record.turns:
        console.print()
        if turn.heard:
            console.print(f"[bold]caller[/] {plain(turn.heard)}")
        cut = " [red](cut off by the caller)[/]" if turn.was_interrupted else ""
        console.print(f"[bold]agent[/]  {plain(turn.said_heard)}{cut}")
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


def _admission(admission: AdmissionRecord) -> str:
    told = [f"{admission.verdict} ({admission.reason}) in {admission.queue}"]
    if admission.position is not None:
        told.append(f"number {admission.position} in line")
    if admission.told_low_s is not None and admission.told_high_s is not None:
        told.append(f"told {admission.told_low_s:.0f} to {admission.told_high_s:.0f} s")
    if admission.waited_s is not None:
        told.append(f"waited {admission.waited_s:.0f} s")
    if admission.ended is not None:
        told.append(admission.ended.value)
    return ", ".join(told)


def _transfer(transfer: TransferRecord) -> str:
    by = f" by {transfer.operator}" if transfer.operator else ""
    told = f": {transfer.summary}" if transfer.summary else ""
    return f"to {transfer.target or 'an operator'}, {transfer.result.value}{by}{told}"


def _stages(turn: TurnRecord) -> str:
    timings = asdict(turn.timings).items()
    known = [f"{name.removesuffix('_ms')} {ms} ms" for name, ms in timings if ms is not None]
    route = [] if turn.route is None else [f"{turn.route.tier.value} ({turn.route.reason})"]
    return ", ".join([*(route or [turn.source.value]), *known])


def _lasted(record: CallRecord) -> str:
    return f"{(record.ended_at - record.started_at).total_seconds():.0f} s"
