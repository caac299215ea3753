"""What do the calls of a latency bench amount to?

Percentiles are by nearest rank: each is a value that was really measured.
Voice-to-voice and set-up times are the caller's, from its recordings; the stages
and the time to flowing media are the agent's own.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from voicebot.caller.own_share import own_share_ms
from voicebot.calls.model import StageTimings, Tier
from voicebot.turns.speculation import Preparations

GREETING_P95_LIMIT_MS = 300
WASTED_LIMIT_PERCENT = 30
MEDIA_P95_LIMIT_MS = 60
OWN_SHARE_P95_LIMIT_MS = 60
MODEL_P50_LIMIT_MS, MODEL_P95_LIMIT_MS = 600, 900
KEPT_P50_LIMIT_MS = 400
MODELS = (Tier.SMALL, Tier.LARGE)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How one figure is spread over its measurements, in ms."""

    count: int
    p50: int
    p95: int
    p99: int
    largest: int

    @classmethod
    def of(cls, values: Iterable[int | None]) -> "Distribution | None":
        """None when nothing was measured."""
        known = sorted(value for value in values if value is not None)
        if not known:
            return None
        return cls(
            count=len(known),
            p50=_nearest_rank(known, 50),
            p95=_nearest_rank(known, 95),
            p99=_nearest_rank(known, 99),
            largest=known[-1],
        )


def _nearest_rank(ordered: Sequence[int], percent: int) -> int:
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


@dataclass(frozen=True, slots=True)
class BenchCall:
    """One call as its caller measured it, and what the stack says of the same call."""

    caller: str
    is_held: bool
    failure: str | None
    answered_ms: int | None
    greeting_ms: int | None
    voice_to_voice_ms: tuple[int | None, ...]  # one for each utterance; None: no answer heard
    record_dir: str
    # From the stack's own record; absent when it has none.
    call_id: str | None = None
    media_up_ms: int | None = None
    # One for each turn the agent answered, in order.
    tiers: tuple[Tier | None, ...] = ()
    stages: tuple[StageTimings, ...] = ()
    # Of answers, in its caller's pauses.
    preparations: Preparations = field(default_factory=Preparations)

    @property
    def is_lost(self) -> bool:
        """The caller got no greeting, or waited for an answer in vain."""
        return not self.is_held or self.greeting_ms is None or None in self.voice_to_voice_ms


@dataclass(frozen=True, slots=True)
class PairedTurn:
    """What the caller measured of a turn, and what the agent says of it."""

    voice_to_voice_ms: int
    tier: Tier | None
    stages: StageTimings


def paired_turns(calls: Iterable[BenchCall]) -> Iterator[PairedTurn]:
    """Of calls in which it is known which answer is which."""
    for call in calls:
        if len(call.tiers) == len(call.stages) == len(call.voice_to_voice_ms):
            for heard_ms, tier, stages in zip(
                call.voice_to_voice_ms, call.tiers, call.stages, strict=True
            ):
                if heard_ms is not None:
                    yield PairedTurn(heard_ms, tier, stages)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the calls of one phase amount to."""

    calls: int
    lost: int
    answered_ms: Distribution | None
    greeting_ms: Distribution | None
    voice_to_voice_ms: Distribution | None
    # The same, by what answered; of calls whose turns pair with their utterances.
    by_tier_ms: Mapping[str, Distribution | None]
    own_share_ms: Distribution | None  # of the same calls
    media_up_ms: Distribution | None
    stages_ms: Mapping[str, Distribution | None]
    preparations: Preparations
    helped_percent: int | None  # of the turns: a preparation in a pause became the answer


def figures_of(calls: Sequence[BenchCall]) -> Figures:
    turns = [timings for call in calls for timings in call.stages]
    paired = list(paired_turns(calls))
    preparations = Preparations(
        helped=sum(call.preparations.helped for call in calls),
        wasted=sum(call.preparations.wasted for call in calls),
        foreseen=sum(call.preparations.foreseen for call in calls),
    )
    return Figures(
        calls=len(calls),
        lost=sum(call.is_lost for call in calls),
        answered_ms=Distribution.of(call.answered_ms for call in calls),
        greeting_ms=Distribution.of(call.greeting_ms for call in calls),
        voice_to_voice_ms=Distribution.of(
            latency for call in calls for latency in call.voice_to_voice_ms
        ),
        by_tier_ms={
            tier.value: Distribution.of(
                turn.voice_to_voice_ms for turn in paired if turn.tier is tier
            )
            for tier in Tier
        },
        own_share_ms=Distribution.of(
            own_share_ms(turn.voice_to_voice_ms, turn.stages) for turn in paired
        ),
        media_up_ms=Distribution.of(call.media_up_ms for call in calls),
        stages_ms={
            stage: Distribution.of(getattr(timings, stage) for timings in turns)
            for stage in StageTimings.__dataclass_fields__
        },
        preparations=preparations,
        helped_percent=round(100 * preparations.helped / len(turns)) if turns else None,
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A promise, what was measured of it, and whether it is kept."""

    name: str
    limit: int
    measured: int | None

    @property
    def is_met(self) -> bool:
        return self.measured is not None and self.measured <= self.limit


def targets_of(
    phases: Mapping[str, Sequence[BenchCall]],
) -> tuple[Target, ...]:
    """`phases`: sequence, rate and burst."""
    sequence, rate, burst = (figures_of(phases[name]) for name in ("sequence", "rate", "burst"))
    turns = list(paired_turns(phases["sequence"]))
    models = Distribution.of(turn.voice_to_voice_ms for turn in turns if turn.tier in MODELS)
    kept = Distribution.of(turn.voice_to_voice_ms for turn in turns if turn.tier not in MODELS)

    def of(distribution: Distribution | None, percentile: str) -> int | None:
        return None if distribution is None else int(getattr(distribution, percentile))

    return (
        Target(
            "INVITE to first sound of the greeting, p95 ms",
            GREETING_P95_LIMIT_MS,
            of(sequence.greeting_ms, "p95"),
        ),
        Target(
            "StasisStart to media flowing at the call rate, p95 ms",
            MEDIA_P95_LIMIT_MS,
            of(rate.media_up_ms, "p95"),
        ),
        Target("voice-to-voice, a model answers, p50 ms", MODEL_P50_LIMIT_MS, of(models, "p50")),
        Target("voice-to-voice, a model answers, p95 ms", MODEL_P95_LIMIT_MS, of(models, "p95")),
        Target("voice-to-voice, kept answers, p50 ms", KEPT_P50_LIMIT_MS, of(kept, "p50")),
        Target(
            "our own share of it, p95 ms",
            OWN_SHARE_P95_LIMIT_MS,
            of(sequence.own_share_ms, "p95"),
        ),
        Target(
            "answers prepared in vain, % of preparations",
            WASTED_LIMIT_PERCENT,
            _percent_wasted(sequence.preparations, burst.preparations),
        ),
        Target("calls lost of those at once", 0, burst.lost if burst.calls else None),
    )


def _percent_wasted(*parts: Preparations) -> int | None:
    wasted = sum(part.wasted for part in parts)
    begun = wasted + sum(part.helped for part in parts)
    return round(100 * wasted / begun) if begun else None


def as_document(
    phases: Mapping[str, Sequence[BenchCall]], targets: Sequence[Target]
) -> Mapping[str, Any]:
    """Plain values for JSON: figures, targets, and every call they come from."""
    return {
        "targets": [{**asdict(target), "is_met": target.is_met} for target in targets],
        "figures": {name: asdict(figures_of(calls)) for name, calls in phases.items()},
        "calls": {name: [asdict(call) for call in calls] for name, calls in phases.items()},
    }
