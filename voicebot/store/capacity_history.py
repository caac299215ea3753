"""How busy was it? Reckoned from the records of calls and admissions, kept as sums and samples."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import Outcome
from voicebot.capacity.offered_load import NAMES, ROUTES, PastCall, PastWait, Tally, tallies
from voicebot.store.capacity_tables import capacity_bins as bins
from voicebot.store.capacity_tables import capacity_samples as samples
from voicebot.store.engine import Database
from voicebot.store.tables import admissions, calls, turns
from voicebot.store.upsert import insert_or

# A call that began this long before a stretch may still go on in it.
LONGEST_CALL: Final = timedelta(hours=2)
_LET_THROUGH: Final = "TalkNow"
_NOT_SERVED: Final = (Outcome.ABANDONED.value, Outcome.FAILED.value)


class SqlCapacityHistory:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reckon(self, first: datetime, end: datetime) -> None:
        """The bins in between anew, from what is on record now; both are beginnings of bins."""
        async with self._database.reading("read calls for capacity") as connection:
            past_calls = await _calls(connection, first, end)
            waits = await _waits(connection, first, end)
        found = tallies(past_calls, waits, int(first.timestamp()), int(end.timestamp()))
        async with self._database.writing("keep capacity") as connection:
            await connection.execute(delete(bins).where(bins.c.at >= first, bins.c.at < end))
            if not found:
                return
            statement = insert_or(connection, bins)
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[bins.c.at, bins.c.scope],
                    set_={name: statement.excluded[name] for name in NAMES},
                ),
                [_row(at_s, scope, tally) for (at_s, scope), tally in found.items()],
            )

    async def reckoned_until(self) -> datetime | None:
        """The last bin that has anything in it."""
        async with self._database.reading("last capacity") as connection:
            last = (await connection.execute(select(func.max(bins.c.at)))).scalar_one()
            return _aware(last)

    async def sums(
        self, first: datetime, end: datetime, scopes: Sequence[str] | None
    ) -> Sequence[tuple[float, Tally]]:
        """By the beginning of each bin, over these queues; None: over all."""
        chosen = (
            select(bins.c.at, *(func.sum(bins.c[name]).label(name) for name in NAMES))
            .where(bins.c.at >= first, bins.c.at < end)
            .group_by(bins.c.at)
        )
        if scopes is not None:
            chosen = chosen.where(bins.c.scope.in_(scopes))
        async with self._database.reading("read capacity") as connection:
            rows = (await connection.execute(chosen)).all()
        return [(row[0].timestamp(), Tally(*row[1:])) for row in rows]

    async def scopes(self, first: datetime) -> Sequence[str]:
        """Those that anything happened in."""
        chosen = select(bins.c.scope).distinct().where(bins.c.at >= first).order_by(bins.c.scope)
        async with self._database.reading("read queues of capacity") as connection:
            return list((await connection.execute(chosen)).scalars())

    async def sample(self, at: datetime, values: Mapping[str, float]) -> None:
        """Whoever comes first to a minute is right."""
        minute = at.replace(second=0, microsecond=0)
        if not values:
            return
        async with self._database.writing("keep capacity samples") as connection:
            await connection.execute(
                insert_or(connection, samples).on_conflict_do_nothing(),
                [{"at": minute, "series": name, "value": value} for name, value in values.items()],
            )

    async def sampled(
        self, first: datetime, end: datetime
    ) -> Mapping[str, Sequence[tuple[float, float]]]:
        """Times and values, by series."""
        chosen = (
            select(samples).where(samples.c.at >= first, samples.c.at < end).order_by(samples.c.at)
        )
        found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        async with self._database.reading("read capacity samples") as connection:
            for at, series, value in await connection.execute(chosen):
                found[series].append((at.timestamp(), value))
        return dict(found)

    async def forget(self, before: datetime) -> None:
        async with self._database.writing("forget capacity") as connection:
            for table in (bins, samples):
                await connection.execute(delete(table).where(table.c.at < before))


async def _calls(connection: AsyncConnection, first: datetime, end: datetime) -> Sequence[PastCall]:
    within = (calls.c.started_at >= first - LONGEST_CALL, calls.c.started_at < end)
    waiting = (
        select(admissions.c.call_id, func.sum(admissions.c.waited_s))
        .where(admissions.c.judged_at >= first - LONGEST_CALL, admissions.c.judged_at < end)
        .group_by(admissions.c.call_id)
    )
    waited = {row[0]: row[1] or 0.0 for row in await connection.execute(waiting)}
    answering = (
        select(turns.c.call_id, turns.c.route, func.count())
        .join(calls, calls.c.call_id == turns.c.call_id)
        .where(*within, turns.c.route.is_not(None))
        .group_by(turns.c.call_id, turns.c.route)
    )
    routes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for call_id, route, count in await connection.execute(answering):
        if (name := route.removeprefix("llm.")) in ROUTES:
            routes[call_id][name] += count
    chosen = select(
        *(calls.c[name] for name in ("call_id", "called_number", "started_at", "ended_at")),
        calls.c.outcome,
    ).where(*within, calls.c.direction == "inbound")
    return [
        PastCall(
            f"@{row.called_number}",
            row.started_at.timestamp(),
            row.ended_at.timestamp(),
            waited.get(row.call_id, 0.0),
            was_served=row.outcome not in _NOT_SERVED,
            was_abandoned=row.outcome == Outcome.ABANDONED,
            routes=routes.get(row.call_id, {}),
        )
        for row in await connection.execute(chosen)
    ]


async def _waits(connection: AsyncConnection, first: datetime, end: datetime) -> Sequence[PastWait]:
    chosen = select(admissions).where(admissions.c.judged_at >= first, admissions.c.judged_at < end)
    return [
        PastWait(
            row.queue,
            row.judged_at.timestamp(),
            has_reached=row.verdict == _LET_THROUGH or row.ended == "admitted",
            waited_s=row.waited_s,
            told_s=row.told_point_s,
        )
        for row in await connection.execute(chosen)
    ]


def _row(at_s: int, scope: str, tally: Tally) -> dict[str, Any]:
    values = {name: getattr(tally, name) for name in NAMES}
    return {"at": datetime.fromtimestamp(at_s, UTC), "scope": scope, **values}


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
