"""`voicebot bench recompute`: do the recordings of a bench say what its figures say?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.caller.recomputing import recomputed


def recompute(
    directory: Annotated[
        Path, typer.Argument(help="What a bench left: figures and recordings.", exists=True)
    ],
) -> None:
    """Computes the figures of a bench again, from its recordings alone.

    Needs no stack. Exits with 1 when a figure does not come out as it was written.
    """
    console = Console(highlight=False)
    table = Table("bench", "figure", "written", "again", title="What does not come out the same")
    differing = 0
    for bench, figures in recomputed(directory).items():
        agreeing = sum(one.agrees for one in figures)
        console.print(f"{bench}: {agreeing} of {len(figures)} figures come out as written")
        differing += len(figures) - agreeing
        for one in figures:
            if not one.agrees:
                table.add_row(bench, one.figure, str(one.written), str(one.again))
    if differing:
        console.print(table)
        raise typer.Exit(1)
