"""`voicebot prepare | up | down | status | doctor`: the development stack on this machine."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from voicebot.ami import actions
from voicebot.ami.connection import AmiSettings, connected
from voicebot.errors import AmiDisconnected
from voicebot.settings import Settings
from voicebot.stack.doctor import examine
from voicebot.stack.generated_secrets import with_generated_secrets
from voicebot.stack.stack import ProgramStatus, Stack
from voicebot.stack.supervisor_control import ProcessState

_Only = Annotated[
    str, typer.Option("--only", help="Names separated by commas, such as redis,asterisk,worker.")
]


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    for command in (prepare, up, down, status, doctor):
        app.command()(command)


def prepare() -> None:
    """Generate passwords, write all configuration, bring the database up to date."""
    stack = Stack(with_generated_secrets(Settings.load()))
    stack.prepare()
    typer.echo(f"ready in {stack.paths.state_dir}")


def up(only: _Only = "") -> None:
    """Start the stack and wait until every process is ready."""
    stack = Stack(with_generated_secrets(Settings.load()))
    with _Screen() as screen:
        stack.up([name for name in only.split(",") if name], screen.show)
    typer.echo(f"The stack is up; its logs are in {stack.paths.log_dir}.")


def down(
    graceful: Annotated[
        bool, typer.Option("--graceful", help="New calls get 503; running ones may end first.")
    ] = False,
    deadline: Annotated[
        float, typer.Option(min=0, help="With --graceful: seconds that running calls are given.")
    ] = 600,
) -> None:
    """Stop every process of the stack."""
    settings = Settings.load()
    if graceful:
        asyncio.run(_empty(settings, deadline))
    with _Screen() as screen:
        Stack(settings).down(screen.show)
    typer.echo("The stack is down.")


def status() -> None:
    """Show every process; succeeds only if all are ready."""
    statuses = Stack(Settings.load()).status()
    Console().print(_table(statuses))
    if not all(status.is_ready for status in statuses):
        raise typer.Exit(code=1)


def doctor() -> None:
    """Check every part and say what to do about each fault."""
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "part", "found", "what to do"):
        table.add_column(column, overflow="fold")
    findings = []
    with console.status("examining …"):
        for finding in examine(Settings.load()):
            findings.append(finding)
            verdict = Text("ok", style="green") if finding.is_ok else Text("fault", style="red")
            table.add_row(verdict, finding.name, escape(finding.detail), escape(finding.remedy))
    console.print(table)
    faults = sum(not finding.is_ok for finding in findings)
    console.print(f"{len(findings)} parts examined; faults found: {faults}.")
    if faults:
        raise typer.Exit(code=1)


async def _empty(settings: Settings, deadline_s: float) -> None:
    """Waits until nobody talks any more. Interrupted, it lets callers in again."""
    console = Console()
    with console.status("asking Asterisk …") as status:

        def show(left: int) -> None:
            status.update(f"calls that are still up: {left}; new ones are refused")

        try:
            async with connected(AmiSettings.of(settings, wants_events=False)) as ami:
                left = await actions.drain(ami, deadline_s, show)
        except AmiDisconnected:
            console.print("Asterisk does not answer: there is nobody to wait for.")
            return
    ended = "no call is up" if left == 0 else f"calls that are cut off now: {left}"
    console.print(f"After the wait for running calls, {ended}.")


class _Screen:
    """The processes while they change: a table that redraws itself, or lines in a log."""

    def __init__(self) -> None:
        self._console = Console()
        self._live = Live(console=self._console, refresh_per_second=10)
        self._said: dict[str, str] = {}

    def __enter__(self) -> "_Screen":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, statuses: Sequence[ProgramStatus]) -> None:
        if self._console.is_terminal:
            self._live.update(_table(statuses))
            return
        for status in statuses:
            word = in_words(status)
            if self._said.get(status.name) != word:
                self._said[status.name] = word
                self._console.print(f"{status.name}: {word}", highlight=False)


def in_words(status: ProgramStatus) -> str:
    """What one process does, in a word or two."""
    if status.is_ready:
        return "ready"
    return {
        ProcessState.STOPPED: "stopped",
        ProcessState.STARTING: "starting",
        ProcessState.RUNNING: "not ready",
        ProcessState.BACKOFF: "died, will be restarted",
        ProcessState.STOPPING: "stopping",
        ProcessState.EXITED: "ended",
        ProcessState.FATAL: "died again and again",
        ProcessState.UNKNOWN: "unknown",
    }[status.state]


def duration(passed_s: float) -> str:
    """12 s, 3 min 5 s, 2 h 7 min."""
    seconds = int(passed_s)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _table(statuses: Sequence[ProgramStatus]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("process", "state", "pid", "up for"):
        table.add_column(column)
    for status in statuses:
        table.add_row(
            status.name,
            Text(in_words(status), style=_style(status)),
            "" if status.pid is None else str(status.pid),
            "" if status.pid is None else duration(status.uptime_s),
        )
    return table


def _style(status: ProgramStatus) -> str:
    if status.is_ready:
        return "green"
    return "red" if status.state.has_failed else "yellow"
