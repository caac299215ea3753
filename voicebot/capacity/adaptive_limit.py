"""How far is the calibrated capacity off, by the latency that callers really see?

The 95th percentile of each stage against its budget. Above the budget the correction shrinks by a
share, at once; below a dead band it grows by small equal steps, seldom (AIMD: D.-M. Chiu and R.
Jain, "Analysis of the increase and decrease algorithms", 1989). Growth beyond what was calibrated
is tried only while the slots are really used, and never, for a while, up to where it was too much
last. After each change only what was measured since then counts; and a shrink has come into force
only when the conversations above it have ended: until then nothing more is taken back.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil


@dataclass(frozen=True, slots=True)
class LimitRules:
    """How fast, how far, and what is no reason to move."""

    least: float = 0.25
    most: float = 1.5
    shrinks_above: float = 1.0  # of the budget
    grows_below: float = 0.75
    step: float = 0.03  # of growth
    least_shrink: float = 0.9
    most_shrink: float = 0.6  # however late all is
    dwell_s: float = 5.0  # from one change to a shrink
    growth_dwell_s: float = 15.0  # from one change to a growth
    used_from: float = 0.8  # share of slots in use that counts as proof
    remembers_s: float = 1200.0
    window_s: float = 20.0
    fewest: int = 20  # latencies that a percentile is told from
    longest: int = 500  # latencies kept of a stage


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile; raises ValueError for no values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values have no percentile")
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


@dataclass(slots=True)
class AdaptiveLimit:
    """The correction of one process's view; 1: as calibrated."""

    budgets_s: Mapping[str, float]  # by stage
    rules: LimitRules = field(default_factory=LimitRules)
    correction: float = 1.0
    _seen: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)
    _changed_at: float | None = None
    _shrank: bool = False  # at the last change
    _too_much: float = 0.0
    _too_much_until: float = 0.0

    def measured(self, stage: str, latency_s: float, now: float) -> None:
        """A caller waited so long for a stage."""
        if stage in self.budgets_s:
            seen = self._seen.setdefault(stage, deque(maxlen=self.rules.longest))
            seen.append((now, latency_s))

    def strain(self, now: float) -> float | None:
        """The worst stage's p95 as a share of its budget; None: too little was seen."""
        shares = []
        for stage, seen in self._seen.items():
            while seen and seen[0][0] < now - self.rules.window_s:
                seen.popleft()
            if len(seen) >= self.rules.fewest:
                p95_s = percentile((latency_s for _, latency_s in seen), 0.95)
                shares.append(p95_s / self.budgets_s[stage])
        return max(shares, default=None)

    def adjust(self, used: float, now: float) -> float:
        """The correction from now on. `used`: share of the slots that are in use."""
        rules = self.rules
        if used > 1.0 and self._shrank:
            # What was taken back is still talked in: it shows no effect yet.
            self._seen.clear()
            return self.correction
        strain = self.strain(now)
        since = None if self._changed_at is None else now - self._changed_at
        if strain is None:
            return self.correction
        if strain > rules.shrinks_above and (since is None or since >= rules.dwell_s):
            self._too_much, self._too_much_until = self.correction, now + rules.remembers_s
            shrink = max(rules.most_shrink, min(rules.least_shrink, 1.0 / strain))
            self._change(max(rules.least, self.correction * shrink), now)
            self._shrank = True
        elif strain < rules.grows_below and (since is None or since >= rules.growth_dwell_s):
            self._change(max(self.correction, self._grown(used, now)), now)
            self._shrank = False
        return self.correction

    def _grown(self, used: float, now: float) -> float:
        rules = self.rules
        most = rules.most if used >= rules.used_from else 1.0
        if now < self._too_much_until:
            most = min(most, self._too_much - rules.step)
        return min(most, self.correction + rules.step)

    def _change(self, correction: float, now: float) -> None:
        if correction == self.correction:
            return
        self.correction, self._changed_at = correction, now
        self._seen.clear()
