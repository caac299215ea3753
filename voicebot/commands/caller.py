"""`voicebot call`: place a real SIP call, speak, listen, measure."""

import ipaddress
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperCommand

from voicebot.business_file import load_business
from voicebot.caller.call import CallPlan, SipAccount
from voicebot.caller.placing import place_call
from voicebot.caller.report import CallReport, summary_line, turns_table
from voicebot.caller.script import Manners
from voicebot.commands.caller_steps import script_of
from voicebot.errors import CallerError
from voicebot.settings import Settings

STEP_OPTIONS = ("say", "wav", "dtmf", "echo", "over")


class CommandWithSteps(TyperCommand):
    """Remembers in which order the steps were given: it is the script's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta["steps"] = [one.name for one in order if one.name in STEP_OPTIONS]
        return super().parse_args(ctx, args)


def call(
    ctx: typer.Context,
    number: Annotated[
        str | None, typer.Argument(help="Whom to call; by default the business's first number.")
    ] = None,
    say: Annotated[
        list[str] | None, typer.Option(help="Speak this text. Steps are done in the order given.")
    ] = None,
    wav: Annotated[
        list[Path] | None, typer.Option(help="Speak this recording (16-bit PCM).", exists=True)
    ] = None,
    dtmf: Annotated[list[str] | None, typer.Option(help="Press these keys.")] = None,
    echo: Annotated[
        list[str] | None,
        typer.Option(metavar="DB:MS:S", help="Send back what is heard: gain, delay, for how long."),
    ] = None,
    over: Annotated[
        list[float] | None,
        typer.Option(
            metavar="S",
            help="The next step is done S seconds into the answer, and left out without one.",
        ),
    ] = None,
    interrupt_after: Annotated[
        float | None,
        typer.Option(metavar="S", help="Speak on S seconds into an answer, not after it."),
    ] = None,
    pause_ms: Annotated[
        int, typer.Option(help="Silence that shows the agent has finished.", min=100)
    ] = 900,
    patience_s: Annotated[
        float, typer.Option(help="Longest wait for the agent to begin to speak.", min=0.1)
    ] = 10.0,
    ring_s: Annotated[
        float, typer.Option(help="Longest wait for the call to be answered.", min=0.1)
    ] = 30.0,
    server: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Another Asterisk than our own.")
    ] = None,
    caller: Annotated[str, typer.Option("--from", help="The caller's number.")] = "5550100",
    codec: Annotated[str, typer.Option(help="ulaw, alaw or g722.")] = "ulaw",
    record_dir: Annotated[
        Path | None, typer.Option(help="Where the recordings go; by default below the state dir.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    as_probe: Annotated[
        bool, typer.Option(hidden=True, help="Call by the probe's account: in no statistic.")
    ] = False,
    wait_for_go: Annotated[
        bool, typer.Option(hidden=True, help="Prepare, say 'ready', dial when a line comes in.")
    ] = False,
) -> None:
    """Calls like a person: hears the greeting out, speaks, waits for the answer, speaks on.

    Exits with 0 when the call was held and with 1 when it was not.
    """
    signal.signal(signal.SIGTERM, _hang_up)
    settings = Settings.load()
    host, port = _address(server, settings)
    given: dict[str, list[Any]] = {
        "say": say or [],
        "wav": wav or [],
        "dtmf": dtmf or [],
        "echo": echo or [],
    }
    steps, utterances = script_of(ctx.meta["steps"], given, over or [], settings.cache_dir)
    plan = CallPlan(
        number=_default_number(settings) if number is None else number,
        host=host,
        port=port,
        caller=caller,
        steps=steps,
        utterances=utterances,
        manners=Manners(
            pause_ms=pause_ms,
            patience_s=patience_s,
            ring_limit_s=ring_s,
            interrupt_after_ms=None if interrupt_after is None else int(interrupt_after * 1000),
        ),
        codec=codec,
        account=_probe_account(settings) if as_probe else None,
    )
    report = place_call(
        plan,
        _new_record_dir(settings) if record_dir is None else record_dir,
        _await_go if wait_for_go else lambda: None,
    )
    _print(report, as_json)
    _leave(0 if report.is_held else 1)


def register(app: typer.Typer) -> None:
    """Adds `call` to the command line."""
    app.command("call", cls=CommandWithSteps)(call)


def _probe_account(settings: Settings) -> SipAccount:
    password = settings.probe_password.get_secret_value()
    if not password:
        raise CallerError("VOICEBOT_PROBE_PASSWORD is empty: `voicebot up` generates it")
    return SipAccount("probe", password)


def _default_number(settings: Settings) -> str:
    return load_business(settings.business_file).dids[0]


def _address(server: str | None, settings: Settings) -> tuple[str, int]:
    if server is None:
        everywhere = ipaddress.ip_address(settings.sip_address).is_unspecified
        return "127.0.0.1" if everywhere else settings.sip_address, settings.sip_port
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise CallerError(f"--server {server!r} is not HOST:PORT")
    return host, int(port)


def _new_record_dir(settings: Settings) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return settings.state_dir / "calls" / stamp


def _await_go() -> None:
    print("ready", file=sys.stderr, flush=True)
    if not sys.stdin.readline():
        raise CallerError("whoever wanted the call is gone")


def _hang_up(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(exit_code: int) -> NoReturn:
    """Ends the process without clearing up: one call in 400 was seen to spin there for ever,
    its report written and pjsua already destroyed (2026-11)."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


def _print(report: CallReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    console = Console()
    if report.is_held:
        console.print(turns_table(report))
    console.print(summary_line(report))
