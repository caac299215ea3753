"""How much of each budget is spent?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from voicebot.costs.budgets import Budget, Period, used_share, watched_periods
from voicebot.costs.prices import Prices
from voicebot.costs.used_calls import UsedCalls, cost_of_alike


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one budget in one period."""

    budget: Budget
    period: Period
    spent: Decimal

    @property
    def share(self) -> Decimal:
        return used_share(self.budget, self.spent)


def spendings(prices: Prices, found: Iterable[UsedCalls], today: date) -> Sequence[Spending]:
    """Of each budget in each period that is watched, the current one last."""
    by_day: dict[date, dict[str, Decimal]] = {}
    for alike in found:
        queues = by_day.setdefault(alike.day, {})
        cost = cost_of_alike(alike, prices).total
        queues[alike.queue] = queues.get(alike.queue, Decimal(0)) + cost
    return [
        Spending(budget, period, _spent(budget, period, by_day))
        for budget in prices.budgets
        for period in watched_periods(budget, today)
    ]


def _spent(budget: Budget, period: Period, by_day: Mapping[date, Mapping[str, Decimal]]) -> Decimal:
    return sum(
        (
            cost
            for day, queues in by_day.items()
            if day in period
            for queue, cost in queues.items()
            if budget.queue is None or queue == budget.queue
        ),
        Decimal(0),
    )
