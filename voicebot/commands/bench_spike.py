"""`voicebot bench spike`: ten times as many callers as slots."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.caller.bench_spike import SpikeBench, SpikePlan, SpikeResult
from voicebot.caller.machine import describe_machine
from voicebot.caller.speech import spoken
from voicebot.caller.spike_accounts import fate, unaccounted
from voicebot.caller.spike_figures import SpikeFigures, spike_figures, targets_of
from voicebot.caller.spike_waits import ToldWait, wait_figures
from voicebot.commands.bench_density import UTTERANCES
from voicebot.commands.bench_tables import targets_table
from voicebot.errors import CallerError
from voicebot.settings import Settings

MOST_CALLERS = 400
LOOPBACK = "127."


def spike(
    slots: Annotated[
        int, typer.Option(help="As many as the stack has; all are taken.", min=1, max=32)
    ] = 4,
    times: Annotated[int, typer.Option(help="So many times as many callers.", min=2)] = 10,
    pairs: Annotated[int, typer.Option(help="Blocks without and with a crowd.", min=1, max=10)] = 2,
    per_call: Annotated[
        int, typer.Option(help="Utterances of those who talk.", min=1, max=60)
    ] = 14,
    patience_s: Annotated[
        float, typer.Option(help="Longest, of those who lose it or press a key.", min=10, max=200)
    ] = 70.0,
    rung_back_at: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where the trunk leads; loopback only.")
    ] = "127.0.0.12:5075",
    seed: Annotated[int, typer.Option(help="Of wishes and patience.")] = 1,
) -> None:
    """Real callers who wait, give up, book callbacks and answer them; each is accounted for.

    Needs a business with a queue and callbacks, and a trunk that leads here, as
    config/bench_spike.yaml tells. Exit code 1 when a caller is unaccounted for.
    """
    settings, console = Settings.load(), Console(highlight=False)
    host, _, port = rung_back_at.rpartition(":")
    if not host.startswith(LOOPBACK) or not port.isdigit():
        raise CallerError(f"--rung-back-at {rung_back_at!r} is not HOST:PORT of loopback")
    count = slots * (times - 1)
    if count * pairs > MOST_CALLERS:
        raise CallerError(f"{count * pairs} callers who wait are more than {MOST_CALLERS}")
    machine, begun_at = describe_machine(settings), datetime.now(UTC)
    directory = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    directory.mkdir(parents=True)
    plan = SpikePlan(
        number=load_business(settings.business_file).dids[0],
        slots=slots,
        crowd=count,
        pairs=pairs,
        utterances=tuple(
            (f"synthetic-{index}", spoken(text, settings.cache_dir))
            for index, text in enumerate(UTTERANCES)
        ),
        per_call=per_call,
        rung_back_at=(host, int(port)),
        patience_s=patience_s,
        seed=seed,
    )
    result = asyncio.run(SpikeBench(plan, settings, directory, console.print).run())
    rung = Counter(call.rung_for for call in result.rung_back)
    faults = unaccounted(result.crowd, result.known, result.greeted, rung)
    figures = spike_figures(
        result.taken,
        result.spike,
        result.crowd,
        result.greeted,
        result.freed_at_s,
        result.taken_at_s,
    )
    targets = targets_of(figures, len(faults))
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "plan": {"slots": slots, "crowd": count, "pairs": pairs, "per_call": per_call},
        "targets": [{**asdict(target), "is_met": target.is_met} for target in targets],
        "figures": asdict(figures),
        "unaccounted": faults,
        "greeted": result.greeted,
        "waits": {
            name: None if those is None else asdict(those)
            for name, those in (
                ("all", wait_figures(result.told)),
                ("served", wait_figures([told for told in result.told if told.is_served])),
            )
        },
        "told": [asdict(told) for told in result.told],
        "freed_at_s": sorted(result.freed_at_s),
        "crowd": [call.to_json() for call in result.crowd],
        "rung_back": [call.to_json() for call in result.rung_back],
        "known": {number: asdict(one) for number, one in result.known.items()},
        "calls": {
            "taken": [asdict(call) for call in result.taken],
            "spike": [asdict(call) for call in result.spike],
        },
    }
    path = directory / "spike.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    console.print(fates_table(result))
    console.print(spike_table(figures))
    console.print(waits_table(result.told))
    console.print(targets_table(targets))
    for number, those in faults.items():
        console.print(f"unaccounted for: {number}: {'; '.join(those)}")
    console.print(f"{path}, with the recordings beside it")
    if faults:
        raise typer.Exit(1)


def fates_table(result: SpikeResult) -> Table:
    """What the callers of the crowd wished, and what became of them."""
    table = Table("wished", "became", "callers", title="The crowd")
    fates = Counter(
        (call.wish.value, fate(call, is_greeted=call.number in result.greeted))
        for call in result.crowd
    )
    for (wish, became), count in sorted(fates.items()):
        table.add_row(wish, became, str(count))
    table.add_section()
    connected = sum(call.talked_at_s is not None for call in result.rung_back)
    table.add_row("rung back", "connected", f"{connected} of {len(result.rung_back)}")
    return table


def spike_table(figures: SpikeFigures) -> Table:
    table = Table("ms", "n", "p50", "p95", "largest", title="At the callers' ears")
    rows: Mapping[str, object] = {
        "voice to voice, all slots taken": figures.taken_ms,
        "voice to voice, and a crowd waits": figures.spike_ms,
        "slot free to the next one's greeting": figures.let_in_ms,
        "waited, of those served": figures.waited_ms,
    }
    for name in rows:
        one = rows[name]
        if one is not None:
            table.add_row(
                name, *(str(getattr(one, key)) for key in ("count", "p50", "p95", "largest"))
            )
    return table


def waits_table(told: Sequence[ToldWait]) -> Table:
    """How near the estimates came, beside Asterisk's averaging in the same run."""
    table = Table(
        *("s", "n", "RMSE", "RMSE of Asterisk's averaging", "bias", "in the range"),
        "interval score",
        title="Told and true waits",
    )
    rows = {"served": [one for one in told if one.is_served], "and all who left the line": told}
    for name, those in rows.items():
        figures = wait_figures(those)
        if figures is None:
            table.add_row(name, "0")
            continue
        average = f"{figures.average_rmse_s:.1f} (ours: {figures.percent_of_average} % of it)"
        table.add_row(
            *(name, str(figures.waits), f"{figures.rmse_s:.1f}", average),
            *(f"{figures.bias_s:+.1f}", f"{100 * figures.coverage:.0f} %"),
            f"{figures.interval_score_s:.1f}",
        )
    silent = sum(one.point_s is None for one in told)
    table.add_row("told the position alone", str(silent))
    return table
