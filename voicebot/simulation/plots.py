"""Draws a played scenario; needs matplotlib, the extra `bench`."""

from pathlib import Path

from voicebot.simulation.run import PlayedScenario

_HOUR_S = 3600.0


def draw(played: PlayedScenario, folder: Path) -> tuple[Path, ...]:
    """One picture a queue: the day above, waits beside their estimates below."""
    # The extra is not needed for anything else here.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = []
    for number, (figures, counts) in enumerate(
        zip(played.figures, played.counts, strict=True), start=1
    ):
        figure = Figure(figsize=(10, 9), layout="constrained")
        FigureCanvasAgg(figure)
        day, waits = figure.subplots(2, 1)
        hours = [sample.at_s / _HOUR_S for sample in counts.samples]
        day.step(hours, [sample.slots for sample in counts.samples], where="post", label="slots")
        day.plot(hours, [sample.busy for sample in counts.samples], label="conversations")
        day.plot(hours, [sample.waiting for sample in counts.samples], label="waiting")
        if figures.callbacks.attempts:
            owed = [sample.callbacks_open for sample in counts.samples]
            day.plot(hours, owed, label="callbacks owed")
        day.set(title=f"{played.scenario.name}: {figures.queue}", xlabel="hour")
        day.legend()
        in_order = sorted(counts.waits, key=lambda wait: wait.point_s)
        told_s = [wait.point_s for wait in in_order]
        waits.scatter(told_s, [wait.wait_s for wait in in_order], s=3, alpha=0.3, label="wait")
        waits.plot(told_s, told_s, color="black", label="as estimated")
        lows, highs = ([getattr(w, end) for w in in_order] for end in ("low_s", "high_s"))
        waits.fill_between(told_s, lows, highs, alpha=0.2, label="range told")
        waits.set(xlabel="estimated wait, s", ylabel="wait, s")
        waits.legend()
        path = folder / f"{number:02}.png"
        figure.savefig(path, dpi=100)
        drawn.append(path)
    return tuple(drawn)
