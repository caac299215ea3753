"""Sees how far budgets have come, and puts what is to be told of it into the outbox.

Amounts are read again, a day at a time, while a day's calls may still come in; money is reckoned
anew each round, so that a price that is mended counts at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from voicebot.costs.budgets import alerts_due, watched_days
from voicebot.costs.prices import Prices
from voicebot.costs.spending import spendings
from voicebot.costs.used_calls import UsedCalls
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.telemetry.budget_metrics import BUDGETS, BudgetMetrics
from voicebot.telemetry.logs import log_of

WATCH_EVERY_S: Final = 60.0
# Usage may be kept a day after its call, by another node's process.
READ_AGAIN_AFTER: Final = timedelta(hours=1)
_CHANGES_FOR: Final = timedelta(days=1)

Used = Callable[[datetime, datetime], Awaitable[Sequence[UsedCalls]]]

log = log_of("records")


class WatchingBudgets:
    """Fulfils a chore's `run`."""

    def __init__(
        self,
        load: Callable[[], Prices],
        used: Used,
        alerts: SqlBudgetAlerts,
        metrics: BudgetMetrics = BUDGETS,
    ) -> None:
        self._load = load
        self._used = used
        self._alerts = alerts
        self._metrics = metrics
        self._days: dict[date, tuple[datetime, Sequence[UsedCalls]]] = {}

    async def run(self, at: datetime) -> None:
        """Raises ConfigurationError or StoreError."""
        prices = await asyncio.to_thread(self._load)
        today = at.astimezone(UTC).date()
        days = watched_days(prices.budgets, today)
        found = await self._calls_of(days, at)
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

    async def _calls_of(self, days: Sequence[date], at: datetime) -> Sequence[UsedCalls]:
        self._days = {day: kept for day, kept in self._days.items() if day in set(days)}
        for day in days:
            begins = datetime.combine(day, time(), UTC)
            ends = begins + timedelta(days=1)
            keeps = READ_AGAIN_AFTER if at >= ends + _CHANGES_FOR else timedelta(0)
            read_at = self._days[day][0] if day in self._days else None
            if read_at is None or not timedelta(0) <= at - read_at < keeps:
                self._days[day] = at, await self._used(begins, ends)
        return [alike for _, found in self._days.values() for alike in found]
