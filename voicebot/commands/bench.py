"""`voicebot bench`: measure the running stack.

Each bench writes its figures as JSON, plots of them, and the recordings that they come from;
`recompute` computes them again from the recordings.
"""

import typer

from voicebot.commands.bench_asr import asr
from voicebot.commands.bench_barge_in import barge_in
from voicebot.commands.bench_density import density
from voicebot.commands.bench_latency import latency
from voicebot.commands.bench_line import line
from voicebot.commands.bench_panel import panel
from voicebot.commands.bench_recompute import recompute
from voicebot.commands.bench_routing import routing
from voicebot.commands.bench_search import search
from voicebot.commands.bench_spike import spike
from voicebot.commands.bench_turns import turns

bench_app = typer.Typer(no_args_is_help=True, help="Measure the running stack.")


@bench_app.callback()
def bench() -> None:
    """Measure the running stack."""


def register(app: typer.Typer) -> None:
    """Adds `bench` to the command line."""
    bench_app.command()(latency)
    bench_app.command()(density)
    bench_app.command()(turns)
    bench_app.command()(asr)
    bench_app.command()(routing)
    bench_app.command()(line)
    bench_app.command()(search)
    bench_app.command()(panel)
    bench_app.command()(spike)
    bench_app.command()(recompute)
    bench_app.command("barge-in")(barge_in)
    app.add_typer(bench_app, name="bench")
