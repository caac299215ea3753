"""How are the figures of a played scenario shown, and told to programs?"""

import json
from collections.abc import Callable
from dataclasses import asdict

from rich.table import Table

from voicebot.simulation.figures import Figures
from voicebot.simulation.run import PlayedScenario


def table(played: PlayedScenario) -> Table:
    """A column for each queue."""
    within = f"answered within {played.scenario.within_s:g} s (service level)"
    shown = Table(title=f"{played.scenario.name}, seed {played.seed}", title_justify="left")
    shown.add_column("")
    for figures in played.figures:
        shown.add_column(figures.queue, justify="right")
    for section in (_service(within), _ESTIMATES, _CALLBACKS):
        for name, told in section:
            shown.add_row(name, *(told(figures) for figures in played.figures))
        shown.add_section()
    return shown


def as_json(played: PlayedScenario) -> str:
    """All figures, without the samples."""
    queues = []
    for figures in played.figures:
        told = asdict(figures)
        told["answered"] = figures.answered
        told["estimates"]["rmse_of_asterisks"] = figures.estimates.rmse_of_asterisks
        queues.append(told)
    return json.dumps(
        {"scenario": played.scenario.name, "seed": played.seed, "queues": queues}, indent=2
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100.0 * share:.1f} %"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"


def _slots(of: Figures) -> str:
    fewest, most = of.capacity.fewest_slots, of.capacity.most_slots
    return str(most) if fewest == most else f"{fewest} to {most}"


Row = tuple[str, Callable[[Figures], str]]


def _service(within: str) -> tuple[Row, ...]:
    return (
        ("callers", lambda of: str(of.offered)),
        ("answered, or called back", lambda of: str(of.answered)),
        (within, lambda of: _percent(of.service_level)),
        ("average speed of answer", lambda of: _seconds(of.asa_s)),
        ("waited", lambda of: _percent(of.waited)),
        ("abandoned", lambda of: _percent(of.abandoned)),
        ("found no room in the line", lambda of: _percent(of.blocked)),
        ("occupancy", lambda of: _percent(of.occupancy)),
        ("slots", _slots),
        ("  corrected, times", lambda of: str(of.capacity.corrections)),
        ("  steps of degradation, up and down", lambda of: str(of.capacity.degradations)),
        ("turns answered late", lambda of: _percent(of.capacity.late_turns)),
        ("longest line", lambda of: str(of.longest_line)),
        ("unaccounted for", lambda of: str(of.unaccounted)),
    )


_ESTIMATES: tuple[Row, ...] = (
    ("waits estimated", lambda of: str(of.estimates.waits)),
    ("EWT, RMSE", lambda of: _seconds(of.estimates.rmse_s)),
    ("  of Asterisk's own average", lambda of: _seconds(of.estimates.asterisk_rmse_s)),
    ("  ours in that one's", lambda of: _percent(of.estimates.rmse_of_asterisks)),
    ("EWT, bias (positive: said too short)", lambda of: _seconds(of.estimates.bias_s)),
    ("range holds the wait", lambda of: _percent(of.estimates.coverage)),
    ("interval score", lambda of: _seconds(of.estimates.interval_score_s)),
    (
        "  of past waits' quantiles",
        lambda of: _seconds(of.estimates.past_waits_interval_score_s),
    ),
    ("announcements", lambda of: str(of.told)),
    ("  'longer than I told you'", lambda of: str(of.told_longer)),
)

_CALLBACKS: tuple[Row, ...] = (
    ("callbacks booked", lambda of: str(of.callbacks.booked)),
    ("conversations cut off", lambda of: str(of.callbacks.cut_off)),
    ("attempts to call back", lambda of: str(of.callbacks.attempts)),
    ("  reached", lambda of: str(of.callbacks.reached)),
    ("  not reached", lambda of: str(of.callbacks.not_reached)),
)
