"""Which thresholds of budgets were reached, and who is still to be told of them?

An alert and its deliveries are one transaction, under a key that there can be once: however many
processes see a threshold reached, and whichever of them dies, it is told for once. A delivery is
claimed before it is tried, by moving its next attempt.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, or_, select, tuple_, update

from voicebot.calls.delivery import DeliveryState, Hook
from voicebot.costs.budgets import AlertKey, BudgetAlert, Per
from voicebot.store.budget_tables import budget_alerts as alerts
from voicebot.store.budget_tables import budget_deliveries as deliveries
from voicebot.store.engine import Database
from voicebot.store.outbox import CLAIM
from voicebot.store.upsert import insert_or

_KEY = ("budget", "first", "percent")


@dataclass(frozen=True, slots=True)
class ReachedAlert:
    """`deliveries`: how far each hook has come."""

    alert: BudgetAlert
    reached_at: datetime
    deliveries: tuple[tuple[Hook, DeliveryState], ...] = ()


@dataclass(frozen=True, slots=True)
class DueAlert:
    """One that a hook is to pass on now."""

    alert: BudgetAlert
    reached_at: datetime
    hook: Hook
    attempts: int  # this one included


class SqlBudgetAlerts:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, since: date) -> Collection[AlertKey]:
        """Those of periods that begin on this day or later."""
        chosen = select(*(alerts.c[name] for name in _KEY)).where(alerts.c.first >= since)
        async with self._database.reading("find budget alerts") as connection:
            return {AlertKey(*row) for row in await connection.execute(chosen)}

    async def reached(self, new: Sequence[BudgetAlert], at: datetime) -> Sequence[BudgetAlert]:
        """Keeps them and has them told; returns those that nobody had kept before."""
        if not new:
            return []
        kept = []
        async with self._database.writing("keep budget alerts") as connection:
            for alert in new:
                statement = insert_or(connection, alerts).values(_row(alert, at))
                written = await connection.execute(statement.on_conflict_do_nothing())
                if not written.rowcount:
                    continue
                kept.append(alert)
                waiting = {"state": DeliveryState.WAITING.value, "attempts": 0}
                await connection.execute(
                    deliveries.insert(),
                    [
                        _key(alert) | waiting | {"hook": hook.value, "next_attempt_at": at}
                        for hook in Hook
                    ],
                )
        return kept

    async def latest(self, limit: int) -> Sequence[ReachedAlert]:
        """The newest first."""
        chosen = select(alerts).order_by(
            alerts.c.reached_at.desc(), alerts.c.budget, alerts.c.percent.desc()
        )
        async with self._database.reading("list budget alerts") as connection:
            rows = (await connection.execute(chosen.limit(limit))).mappings().all()
            keys = [tuple(row[name] for name in _KEY) for row in rows]
            of_these = tuple_(*(deliveries.c[name] for name in _KEY)).in_(keys)
            told = select(deliveries).where(of_these).order_by(deliveries.c.hook)
            found = (await connection.execute(told)).mappings().all()
        return [
            ReachedAlert(
                _alert(row),
                row["reached_at"],
                tuple(
                    (Hook(one["hook"]), DeliveryState(one["state"]))
                    for one in found
                    if all(one[name] == row[name] for name in _KEY)
                ),
            )
            for row in rows
        ]

    async def claim(self, at: datetime, limit: int) -> Sequence[DueAlert]:
        """Those that are due, the longest waiting first; nobody else gets them meanwhile."""
        # Never tried: due, wherever the clock was when it was written.
        is_due = or_(deliveries.c.attempts == 0, deliveries.c.next_attempt_at <= at)
        chosen = (
            select(alerts, deliveries.c.hook, deliveries.c.attempts, deliveries.c.next_attempt_at)
            .join_from(deliveries, alerts)
            .where(deliveries.c.state == DeliveryState.WAITING.value, is_due)
            .order_by(deliveries.c.next_attempt_at)
            .limit(limit)
        )
        async with self._database.reading("find due budget alerts") as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        if not rows:
            return []
        claimed = []
        async with self._database.writing("claim budget alerts") as connection:
            for row in rows:
                due = DueAlert(
                    _alert(row), row["reached_at"], Hook(row["hook"]), row["attempts"] + 1
                )
                taken = await connection.execute(
                    update(deliveries)
                    .where(
                        *_is(due, row["attempts"]),
                        deliveries.c.next_attempt_at == row["next_attempt_at"],
                    )
                    .values(attempts=due.attempts, next_attempt_at=at + CLAIM)
                )
                if taken.rowcount:
                    claimed.append(due)
        return claimed

    async def delivered(self, due: DueAlert, at: datetime) -> None:
        """The other side has it."""
        await self._note(due, state=DeliveryState.DELIVERED.value, delivered_at=at, last_error=None)

    async def failed(self, due: DueAlert, code: str, next_attempt_at: datetime | None) -> None:
        """The other side did not take it. None: it is not tried again."""
        if next_attempt_at is None:
            await self._note(due, state=DeliveryState.GIVEN_UP.value, last_error=code)
        else:
            await self._note(due, next_attempt_at=next_attempt_at, last_error=code)

    async def unwanted(self, due: DueAlert) -> None:
        """Nobody is to be told this way."""
        await self._note(due, state=DeliveryState.UNWANTED.value)

    async def _note(self, due: DueAlert, **values: Any) -> None:
        async with self._database.writing("note budget alert") as connection:
            await connection.execute(
                update(deliveries).where(*_is(due, due.attempts)).values(**values)
            )


def _is(due: DueAlert, attempts: int) -> tuple[Any, ...]:
    return (
        *(deliveries.c[name] == value for name, value in _key(due.alert).items()),
        deliveries.c.hook == due.hook.value,
        deliveries.c.state == DeliveryState.WAITING.value,
        deliveries.c.attempts == attempts,
    )


def _key(alert: BudgetAlert) -> dict[str, Any]:
    return {name: getattr(alert.key, name) for name in _KEY}


def _row(alert: BudgetAlert, at: datetime) -> dict[str, Any]:
    return _key(alert) | {
        "per": alert.per.value,
        "end": alert.end,
        "queue": alert.queue,
        "amount": str(alert.amount),
        "spent": str(alert.spent),
        "currency": alert.currency,
        "reached_at": at,
    }


def _alert(row: RowMapping) -> BudgetAlert:
    return BudgetAlert(
        AlertKey(row["budget"], row["first"], row["percent"]),
        Per(row["per"]),
        row["end"],
        row["queue"],
        Decimal(row["amount"]),
        Decimal(row["spent"]),
        row["currency"],
    )
