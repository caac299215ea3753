"""How do the figures of a bench look?

matplotlib (extra `bench`) is loaded when a plot is drawn, and not before. Every plot names its
unit, how many values it holds, and the machine and day of the measurement.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Apart in hue and in lightness, also for the colour-blind (M. Okabe and K. Ito, "Color universal
# design", 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444")
SIZE_INCHES = (8.0, 4.8)
DPI = 150


def caption_of(machine: Mapping[str, str | int | float], begun_at: str) -> str:
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GiB · {begun_at[:10]}"
    )


def draw_shares(
    series: Mapping[str, Sequence[int]],
    path: Path,
    *,
    title: str,
    caption: str,
    unit: str = "ms",
    limits: Mapping[str, int] | None = None,
) -> None:
    """Which share of each series lies at or below a value; `limits` are drawn as lines."""
    figure, axes = _axes(title, caption)
    drawn = {name: sorted(values) for name, values in series.items() if values}
    for colour, (name, values) in zip(_colours(len(drawn)), drawn.items(), strict=True):
        shares = [(rank + 1) * 100 / len(values) for rank in range(len(values))]
        axes.step(
            [values[0], *values],
            [0, *shares],
            where="post",
            color=colour,
            linewidth=2,
            label=f"{name} (n = {len(values)})",
        )
    for name, limit in (limits or {}).items():
        axes.axvline(limit, color="#999999", linewidth=1, linestyle="--")
        axes.annotate(name, (limit, 2), rotation=90, fontsize=7, color="#666666", ha="right")
    axes.set_xlabel(unit)
    axes.set_ylabel("share of all, %")
    axes.set_ylim(0, 102)
    axes.set_xlim(left=0)
    axes.legend(frameon=False, fontsize=8, loc="best")
    _save(figure, path)


def draw_waterfalls(
    groups: Mapping[str, Mapping[str, float]],
    heard_ms: Mapping[str, float],
    path: Path,
    *,
    title: str,
    caption: str,
    prepared_from_ms: float,
) -> None:
    """For each group the stages one behind the other, in ms from the caller's last sound.

    The first stage is the silence, all others run within it from `prepared_from_ms` on; `heard_ms`
    is where the answer was heard.
    """
    figure, axes = _axes(title, caption)
    names = list(dict.fromkeys(name for stages in groups.values() for name in stages))
    colour_of = dict(zip(names, _colours(len(names)), strict=True))
    labelled: set[str] = set()
    for row, (group, stages) in enumerate(groups.items()):
        start = prepared_from_ms
        for name, length in stages.items():
            is_silence = name == names[0]
            axes.barh(
                row + (0.2 if is_silence else -0.2),
                length,
                left=0.0 if is_silence else start,
                height=0.36,
                color=colour_of[name],
                label=None if name in labelled else name,
            )
            labelled.add(name)
            start += 0.0 if is_silence else length
        axes.plot([heard_ms[group]] * 2, [row - 0.42, row + 0.42], color="black", linewidth=2)
        axes.annotate(
            f"heard, {heard_ms[group]:.0f}", (heard_ms[group], row + 0.44), fontsize=7, ha="center"
        )
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_ylim(-0.6, len(groups) - 0.3)
    axes.set_xlabel("ms from the caller's last sound")
    axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3)
    _save(figure, path)


def draw_lines(
    x: Sequence[int],
    series: Mapping[str, Sequence[float | None]],
    path: Path,
    *,
    title: str,
    caption: str,
    x_label: str,
    y_label: str,
    limits: Mapping[str, float] | None = None,
) -> None:
    """One line a series over the same `x`; None: not measured there."""
    figure, axes = _axes(title, caption)
    for colour, (name, values) in zip(_colours(len(series)), series.items(), strict=True):
        axes.plot(x, values, marker="o", color=colour, linewidth=2, label=name)
    for name, limit in (limits or {}).items():
        axes.axhline(limit, color="#999999", linewidth=1, linestyle="--")
        axes.annotate(name, (x[0], limit), fontsize=7, color="#666666", va="bottom")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_xticks(x)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    _save(figure, path)


def draw_bars(
    parts: Mapping[str, tuple[int, int]],
    path: Path,
    *,
    title: str,
    caption: str,
    y_label: str,
    limit_percent: float,
) -> None:
    """For each name which share of so many it was: (count, of all), the numbers on the bar."""
    figure, axes = _axes(title, caption)
    drawn = {name: its for name, its in parts.items() if its[1]}
    percents = [100 * count / of_all for count, of_all in drawn.values()]
    bars = axes.bar(list(drawn), percents, color=COLOURS[0], width=0.6)
    axes.bar_label(bars, [f"{count} of {all_}" for count, all_ in drawn.values()], fontsize=8)
    axes.axhline(limit_percent, color="#999999", linewidth=1, linestyle="--")
    axes.annotate(
        f"at most {limit_percent:g} %",
        (1.0, limit_percent),
        xycoords=axes.get_yaxis_transform(),
        fontsize=7,
        color="#666666",
        ha="right",
        va="bottom",
    )
    # Room for the limit's name beside the bars.
    axes.set_xlim(-0.5, len(drawn))
    axes.set_ylabel(y_label)
    axes.set_ylim(0, max([*percents, limit_percent]) * 1.15)
    axes.tick_params(axis="x", labelsize=8)
    _save(figure, path)


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]


def _axes(title: str, caption: str) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=11, loc="left")
    axes.grid(visible=True, color="#e5e5e5", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.supxlabel(caption, fontsize=7, color="#666666", x=0.99, ha="right")
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path)
