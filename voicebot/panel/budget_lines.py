"""How far has each budget come in its current day or month, and who was told?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from voicebot.costs.prices import Prices
from voicebot.costs.spending import Spending, spendings
from voicebot.store.budget_alerts import ReachedAlert, SqlBudgetAlerts
from voicebot.store.used_days import UsedDays

_ALERTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One row; `mark`: of the highest threshold that is reached, for its colour."""

    spending: Spending
    percent: int
    bar: int  # of 100
    thresholds: Sequence[tuple[int, bool]]  # and whether it is reached

    @property
    def mark(self) -> str:
        if self.spending.share >= 1:
            return "over"
        return "near" if any(is_reached for _, is_reached in self.thresholds) else "within"


async def budget_lines(used: UsedDays, prices: Prices, at: datetime) -> Sequence[BudgetLine]:
    """Raises StoreError."""
    today = at.astimezone(UTC).date()
    current = [one for one in spendings(prices, (), today) if today in one.period]
    if not current:
        return []
    first = min(one.period.first for one in current)
    found = await used.between(first, today, at)
    return [_line(one) for one in spendings(prices, found, today) if today in one.period]


async def latest_alerts(alerts: SqlBudgetAlerts) -> Sequence[ReachedAlert]:
    """Raises StoreError."""
    return await alerts.latest(_ALERTS_SHOWN)


def _line(one: Spending) -> BudgetLine:
    # Downwards: 99.9 % is not all of it.
    percent = int(one.share * 100)
    return BudgetLine(
        one,
        percent,
        min(percent, 100),
        [(each, one.share * 100 >= each) for each in one.budget.tell_at_percent],
    )
