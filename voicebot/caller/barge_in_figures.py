"""What did a sound over an answer do to it, at the caller's ear?

Read from the two recordings of a call, which share one clock. A disturbance must leave
the answer going on within 500 ms of its end; an interruption must silence it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from voicebot.caller.bench_figures import Distribution, Target
from voicebot.caller.sound import Samples, Span, joined, sounds

RESUMED_LIMIT_MS = 500
PAUSED_LIMIT_MS = 250
STOPPED_LIMIT_MS = 700
# The agent was speaking when the sound began, if it was heard this shortly before.
JUST_BEFORE_MS = 60
# Silence in an answer that is longer than between its words.
PAUSE_MS = 220
# After the caller's last word, what is heard soon is the old answer, and later the new one.
NEXT_ANSWER_MS = 300


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One sound that asked for nothing."""

    kind: str
    sound: Span
    silent_ms: int  # from its beginning until the answer went on for good: the pauses' length
    resumed_ms: int | None  # after its end; None: never

    @property
    def is_lost(self) -> bool:
        return self.resumed_ms is None or self.resumed_ms > RESUMED_LIMIT_MS


@dataclass(frozen=True, slots=True)
class Interruption:
    """One utterance that took the floor: from its first sound."""

    label: str
    sound: Span
    paused_ms: int  # until the agent was silent for the first time
    stopped_ms: int  # until nothing of the old answer was heard any more


def disturbance(kind: str, sound: Span, heard: Samples) -> Disturbance | None:
    """None when the agent did not speak then."""
    answer = sounds(heard)
    if not _speaks(answer, sound.start_ms):
        return None
    after = next((span for span in answer if span.end_ms > sound.end_ms), None)
    resumed_ms = None if after is None else max(0, after.start_ms - sound.end_ms)
    until_ms = sound.end_ms if after is None else max(after.start_ms, sound.end_ms)
    heard_ms = sum(
        max(0, min(span.end_ms, until_ms) - max(span.start_ms, sound.start_ms)) for span in answer
    )
    return Disturbance(kind, sound, until_ms - sound.start_ms - heard_ms, resumed_ms)


def interruption(label: str, sound: Span, heard: Samples) -> Interruption | None:
    """None when the agent did not speak then."""
    answer = sounds(heard)
    if not _speaks(answer, sound.start_ms):
        return None
    stretches = [
        span
        for span in joined(answer, PAUSE_MS)
        if span.end_ms > sound.start_ms and span.start_ms < sound.end_ms + NEXT_ANSWER_MS
    ]
    ends_ms = [max(0, span.end_ms - sound.start_ms) for span in stretches] or [0]
    return Interruption(label, sound, ends_ms[0], ends_ms[-1])


def _speaks(answer: Sequence[Span], at_ms: int) -> bool:
    return any(span.start_ms < at_ms < span.end_ms + JUST_BEFORE_MS for span in answer)


@dataclass(frozen=True, slots=True)
class BargeInFigures:
    """Of all calls."""

    disturbances: int
    lost: int
    answers_cut: int  # by the stack's own records: stopped although nobody interrupted
    resumed_ms: Distribution | None
    silent_ms: Distribution | None
    by_kind: dict[str, tuple[int, int, int]]  # count, those that made a pause, lost
    interruptions: int
    paused_ms: Distribution | None
    stopped_ms: Distribution | None


def figures_of(
    disturbances: Sequence[Disturbance], interruptions: Sequence[Interruption], answers_cut: int
) -> BargeInFigures:
    kinds = sorted({one.kind.split()[0] for one in disturbances})
    by_kind = {}
    for kind in kinds:
        those = [one for one in disturbances if one.kind.split()[0] == kind]
        paused = sum(one.silent_ms >= PAUSE_MS for one in those)
        by_kind[kind] = (len(those), paused, sum(one.is_lost for one in those))
    return BargeInFigures(
        disturbances=len(disturbances),
        lost=sum(one.is_lost for one in disturbances),
        answers_cut=answers_cut,
        resumed_ms=Distribution.of(
            one.resumed_ms for one in disturbances if one.resumed_ms is not None
        ),
        silent_ms=Distribution.of(one.silent_ms for one in disturbances),
        by_kind=by_kind,
        interruptions=len(interruptions),
        paused_ms=Distribution.of(one.paused_ms for one in interruptions),
        stopped_ms=Distribution.of(one.stopped_ms for one in interruptions),
    )


def targets_of(figures: BargeInFigures) -> tuple[Target, ...]:
    paused_ms = None if figures.paused_ms is None else figures.paused_ms.p95
    stopped_ms = None if figures.stopped_ms is None else figures.stopped_ms.p95
    return (
        Target("answers lost or not resumed in time", 0, figures.lost),
        Target("answers stopped by a disturbance", 0, figures.answers_cut),
        Target("interruption to silence, p95 (ms)", PAUSED_LIMIT_MS, paused_ms),
        Target("interruption to final stop, p95 (ms)", STOPPED_LIMIT_MS, stopped_ms),
    )


def as_document(
    figures: BargeInFigures,
    disturbances: Sequence[Disturbance],
    interruptions: Sequence[Interruption],
) -> dict[str, Any]:
    return {
        "figures": asdict(figures),
        "targets": [asdict(target) for target in targets_of(figures)],
        "disturbances": [asdict(one) for one in disturbances],
        "interruptions": [asdict(one) for one in interruptions],
    }
