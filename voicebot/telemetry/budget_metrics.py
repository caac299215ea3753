"""How far has each budget come?"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from voicebot.telemetry.metrics import METRICS


class BudgetMetrics:
    """Of one keeper of records; all of them tell the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._used = Gauge(
            "voicebot_budget_used_ratio",
            "Share of a budget that its current day or month has spent; 1: all of it.",
            ["budget"],
            registry=registry,
        )

    def are_used(self, shares: Mapping[str, float]) -> None:
        """By budget; one that is not in the file any more is told no longer."""
        self._used.clear()
        for budget, share in shares.items():
            self._used.labels(budget).set(share)


# Of this process.
BUDGETS = BudgetMetrics(METRICS.registry)
