"""How much may be spent in a day or a month, and who is to be told how far it has come?

A threshold is told once for its budget and period: what has been told is not told again, whatever
prices and amounts become meanwhile, and what was reached stays to be told however late it is seen.
Days and months are those of UTC, like everything in the ledger.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Per(StrEnum):
    DAY = "day"
    MONTH = "month"


class Budget(BaseModel):
    """`name` is what is remembered of it: another name is another budget."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    valid_from: date = Field(description="The day or month it falls in counts whole.")
    per: Per
    amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    queue: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="As the page of costs names it; left out: all calls."
    )
    tell_at_percent: tuple[Annotated[int, Field(ge=1, le=1000)], ...] = Field(
        default=(80, 100), min_length=1, max_length=10
    )

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.tell_at_percent)):
            raise ValueError("each threshold is higher than the one before it")
        return self


class AlertReceivers(BaseModel):
    """Who is told when a budget comes to a threshold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook: str | None = Field(
        default=None, pattern=r"^https?://", description="Gets each as JSON, signed."
    )
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", description="An address.")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, `end` not included."""

    first: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What is told no more than once."""

    budget: str
    first: date  # of its period
    percent: int


@dataclass(frozen=True, slots=True)
class BudgetAlert:
    """As it was when the threshold was seen to be reached."""

    key: AlertKey
    per: Per
    end: date  # of its period, not included
    queue: str | None
    amount: Decimal
    spent: Decimal
    currency: str


def period_of(per: Per, day: date) -> Period:
    """The one that this day is in."""
    if per is Per.DAY:
        return Period(day, day + timedelta(days=1))
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def watched_periods(budget: Budget, today: date) -> Sequence[Period]:
    """Today's, and the one before: its last calls come late, and its prices may be mended."""
    current = period_of(budget.per, today)
    before = period_of(budget.per, current.first - timedelta(days=1))
    return [one for one in (before, current) if one.end > budget.valid_from]


def watched_days(budgets: Iterable[Budget], today: date) -> Sequence[date]:
    """Whose calls have to be known; days to come are not."""
    periods = [one for budget in budgets for one in watched_periods(budget, today)]
    if not periods:
        return []
    first = min(one.first for one in periods)
    return [first + timedelta(days=one) for one in range((today - first).days + 1)]


def used_share(budget: Budget, spent: Decimal) -> Decimal:
    """1: all of it."""
    return spent / budget.amount


def alerts_due(
    budget: Budget, period: Period, spent: Decimal, currency: str, told: Collection[AlertKey]
) -> Sequence[BudgetAlert]:
    """Those that are reached and not told yet, the lowest threshold first."""
    keys = [AlertKey(budget.name, period.first, one) for one in budget.tell_at_percent]
    return [
        BudgetAlert(key, budget.per, period.end, budget.queue, budget.amount, spent, currency)
        for key in keys
        if spent * 100 >= budget.amount * key.percent and key not in told
    ]
