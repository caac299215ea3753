"""How did a queue do? The figures of one run, each computed once and named by its unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.queueing.wait_accuracy import WaitAccuracy
from voicebot.simulation.counts import Counts, Fate
from voicebot.simulation.played_slots import PlayedSlots


@dataclass(frozen=True, slots=True)
class EstimateFigures:
    """EWT against what happened; None: nobody waited."""

    waits: int
    rmse_s: float | None
    bias_s: float | None  # positive: callers waited longer than was said
    coverage: float | None
    interval_score_s: float | None
    asterisk_rmse_s: float | None
    past_waits_coverage: float | None
    past_waits_interval_score_s: float | None

    @property
    def rmse_of_asterisks(self) -> float | None:
        """A share: below 1 it is better than Asterisk's own."""
        if self.rmse_s is None or not self.asterisk_rmse_s:
            return None
        return self.rmse_s / self.asterisk_rmse_s


@dataclass(frozen=True, slots=True)
class CallbackFigures:
    booked: int
    attempts: int
    reached: int
    not_reached: int
    cut_off: int  # conversations, whose callers were rung back at once


@dataclass(frozen=True, slots=True)
class CapacityFigures:
    """Where the machines were played, too; else all are 0."""

    late_turns: float | None  # share of all turns
    corrections: int
    degradations: int
    fewest_slots: int
    most_slots: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the callers who came after the warm-up."""

    queue: str
    offered: int
    fates: Mapping[Fate, int]
    unaccounted: int
    waited: float  # share of those offered
    service_level: float | None  # share of those offered, answered within the limit
    asa_s: float | None  # average speed of answer, of those answered in this call
    abandoned: float | None  # share of those offered
    blocked: float | None
    occupancy: float | None
    longest_line: int
    estimates: EstimateFigures
    callbacks: CallbackFigures
    capacity: CapacityFigures
    told: int
    told_longer: int

    @property
    def answered(self) -> int:
        return self.fates[Fate.ANSWERED] + self.fates[Fate.CALLED_BACK]


def figures_of(name: str, counts: Counts, fates: Mapping[Fate, int], slots: PlayedSlots) -> Figures:
    """From the sums of a finished run."""
    offered = counts.offered
    answered = fates[Fate.ANSWERED]
    return Figures(
        queue=name,
        offered=offered,
        fates=fates,
        unaccounted=offered - sum(fates.values()),
        waited=counts.waited / offered if offered else 0.0,
        service_level=_share(counts.in_time, offered),
        asa_s=counts.answered_wait_s / answered if answered else None,
        abandoned=_share(fates[Fate.ABANDONED], offered),
        blocked=_share(fates[Fate.REJECTED] + fates[Fate.OVERFLOWED], offered),
        occupancy=slots.busy_s / slots.slot_s if slots.slot_s else None,
        longest_line=max((sample.waiting for sample in counts.samples), default=0),
        estimates=_estimates(counts.estimates, counts.asterisk, counts.past_waits),
        callbacks=CallbackFigures(
            booked=counts.callbacks_booked,
            attempts=counts.callback_attempts,
            reached=fates[Fate.CALLED_BACK],
            not_reached=fates[Fate.NOT_REACHED],
            cut_off=counts.cut_off,
        ),
        capacity=CapacityFigures(
            late_turns=_share(counts.late_turns, counts.turns),
            corrections=counts.corrections,
            degradations=counts.degradations,
            fewest_slots=min((sample.slots for sample in counts.samples), default=0),
            most_slots=max((sample.slots for sample in counts.samples), default=0),
        ),
        told=counts.told,
        told_longer=counts.told_longer,
    )


def _estimates(ours: WaitAccuracy, asterisk: WaitAccuracy, past: WaitAccuracy) -> EstimateFigures:
    return EstimateFigures(
        waits=ours.count,
        rmse_s=ours.rmse_s,
        bias_s=ours.bias_s,
        coverage=ours.coverage,
        interval_score_s=ours.interval_score_s,
        asterisk_rmse_s=asterisk.rmse_s,
        past_waits_coverage=past.coverage,
        past_waits_interval_score_s=past.interval_score_s,
    )


def _share(of: int, all_of: int) -> float | None:
    return of / all_of if all_of else None
