"""Sees how far budgets have come, and puts what is to be told of it into the outbox.

Money is reckoned from amounts anew each round, so that a price that is mended counts at once.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from voicebot.costs.budgets import alerts_due, watched_days
from voicebot.costs.prices import Prices
from voicebot.costs.spending import spendings
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.used_days import UsedDays
from voicebot.telemetry.budget_metrics import BUDGETS, BudgetMetrics
from voicebot.telemetry.logs import log_of

WATCH_EVERY_S: Final = 60.0

log = log_of("records")


class WatchingBudgets:
    """Fulfils a chore's `run`."""

    def __init__(
        self,
        load: Callable[[], Prices],
        used: UsedDays,
        alerts: SqlBudgetAlerts,
        metrics: BudgetMetrics = BUDGETS,
    ) -> None:
        self._load = load
        self._used = used
        self._alerts = alerts
        self._metrics = metrics

    async def run(self, at: datetime) -> None:
        """Raises ConfigurationError or StoreError."""
        prices = await asyncio.to_thread(self._load)
        today = at.astimezone(UTC).date()
        days = watched_days(prices.budgets, today)
        found = await self._used.between(days[0], days[-1], at) if days else []
        spent = spendings(prices, found, today)
        self._metrics.are_used(
            {one.budget.name: float(one.share) for one in spent if today in one.period}
        )
        if not spent:
            return
        known = await self._alerts.known(min(one.period.first for one in spent))
        due = [
            alert
            for one in spent
            for alert in alerts_due(one.budget, one.period, one.spent, prices.currency, known)
        ]
        for alert in await self._alerts.reached(due, at):
            log.warning(
                "budget.reached",
                budget=alert.key.budget,
                first=alert.key.first.isoformat(),
                percent=alert.key.percent,
            )
