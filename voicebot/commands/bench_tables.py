"""How do benches show what they promised beside what they measured?"""

from rich.table import Table

from voicebot.caller.bench_figures import Target


def targets_table(targets: tuple[Target, ...]) -> Table:
    """Each promise beside what was measured of it."""
    table = Table("target", "limit", "measured", "")
    for target in targets:
        verdict = "[green]met[/]" if target.is_met else "[red]missed[/]"
        measured = "-" if target.measured is None else str(target.measured)
        table.add_row(target.name, str(target.limit), measured, verdict)
    return table
