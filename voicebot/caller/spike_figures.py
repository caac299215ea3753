"""What does a spike amount to, at its callers' ears?

Pure. A slot comes free when whoever had it hangs up, and is taken when the next one hears the
agent, rings and need not wait, or is rung back: of the slot that had been free for longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop

from voicebot.caller.bench_figures import BenchCall, Distribution, Target
from voicebot.caller.crowd import CrowdCall

SLOWER_LIMIT_PERCENT = 25
LET_IN_P95_LIMIT_MS = 600
LEAST_TURNS = 200


@dataclass(frozen=True, slots=True)
class SpikeFigures:
    taken_ms: Distribution | None  # voice to voice: all slots taken, nobody waiting
    spike_ms: Distribution | None  # the same while ten times as many wait
    let_in_ms: Distribution | None  # slot free → the head of the line hears the agent
    waited_ms: Distribution | None  # of those who were served
    lost: int  # calls of talkers

    @property
    def slower_percent(self) -> int | None:
        """By so much the 95th percentile is later during the spike."""
        if self.taken_ms is None or self.spike_ms is None:
            return None
        return round(100 * (self.spike_ms.p95 / self.taken_ms.p95 - 1))

    @property
    def turns(self) -> int:
        return sum(one.count for one in (self.taken_ms, self.spike_ms) if one is not None)


def spike_figures(
    taken: Sequence[BenchCall],
    spike: Sequence[BenchCall],
    crowd: Sequence[CrowdCall],
    greeted: Mapping[str, float],
    freed_at_s: Sequence[float],
    taken_at_s: Sequence[float],
) -> SpikeFigures:
    """`greeted`: when each of the crowd heard the agent, if at all."""
    return SpikeFigures(
        taken_ms=_heard(taken),
        spike_ms=_heard(spike),
        let_in_ms=Distribution.of(let_in_ms(crowd, greeted, freed_at_s, taken_at_s)),
        waited_ms=Distribution.of(
            round((greeted[call.number] - call.answered_at_s) * 1000)
            for call in crowd
            if call.number in greeted and call.answered_at_s is not None
        ),
        lost=sum(call.is_lost for call in (*taken, *spike)),
    )


def lost_s(from_s: float, until_s: float, length_s: float) -> float:
    """How much sound a recording lost, which goes on until the call is over.

    A process whose callers all come at once may stop for half a second. What came later lies too
    early in the recording, by that; supposed of all that is looked for in it.
    """
    return max(until_s - from_s - length_s, 0.0)


def let_in_ms(
    crowd: Sequence[CrowdCall],
    greeted: Mapping[str, float],
    freed_at_s: Sequence[float],
    taken_at_s: Sequence[float],
) -> list[int]:
    """Of each who was waiting when the slot came free, how long it took to hear the agent."""
    free = list(freed_at_s)
    heapify(free)
    let_in = [(at_s, call) for call in crowd if (at_s := greeted.get(call.number)) is not None]
    takings: list[tuple[float, CrowdCall | None]] = [
        *let_in,
        *((at_s, None) for at_s in taken_at_s),
    ]
    latencies = []
    for at_s, call in sorted(takings, key=lambda taking: taking[0]):
        if not free or free[0] > at_s:
            continue  # there are more slots than at first
        freed_s = heappop(free)
        if call is not None and call.answered_at_s is not None and call.answered_at_s < freed_s:
            latencies.append(round((at_s - freed_s) * 1000))
    return latencies


def targets_of(figures: SpikeFigures, unaccounted: int) -> tuple[Target, ...]:
    let_in = figures.let_in_ms
    return (
        Target("callers unaccounted for", 0, unaccounted),
        Target(
            "latency during the spike, p95, % above that without a line",
            SLOWER_LIMIT_PERCENT,
            figures.slower_percent,
        ),
        Target(
            "slot free to the head of the line hearing the agent, p95 ms",
            LET_IN_P95_LIMIT_MS,
            None if let_in is None else let_in.p95,
        ),
        Target("calls of talkers lost", 0, figures.lost),
    )


def _heard(calls: Sequence[BenchCall]) -> Distribution | None:
    return Distribution.of(latency for call in calls for latency in call.voice_to_voice_ms)
