"""`voicebot simulate`: a day of callers, played in seconds."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voicebot.simulation import report
from voicebot.simulation.run import play
from voicebot.simulation.scenario_file import load_scenario


def simulate(
    scenario: Annotated[
        Path,
        typer.Option(help="A YAML file, or the name of a scenario that is shipped."),
    ],
    seed: Annotated[int | None, typer.Option(min=0, help="Other dice than the file's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Puts a picture of each queue into this folder.")
    ] = None,
) -> None:
    """Plays callers, slots and failures over the queue's own decisions, at a virtual clock."""
    played = play(load_scenario(scenario), seed)
    if as_json:
        typer.echo(report.as_json(played))
    else:
        Console().print(report.table(played))
    if plots is not None:
        from voicebot.simulation import plots as pictures

        plots.mkdir(parents=True, exist_ok=True)
        for path in pictures.draw(played, plots):
            typer.echo(f"drawn: {path}", err=True)


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command("simulate")(simulate)
