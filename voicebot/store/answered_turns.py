"""Who answered how many turns, and what did calls take that were measured?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from voicebot.calls.model import AnswerSource, CallId, Tier
from voicebot.costs.savings import Answerer, MeasuredCall
from voicebot.costs.usage import WorkUsage
from voicebot.dialogue.routing import Why
from voicebot.store.call_usage import call_usage
from voicebot.store.engine import Database
from voicebot.store.tables import calls, turns

# A sample of so many calls tells a mean as well as all of them would.
SAMPLED = 1_000
_AMOUNTS = tuple(WorkUsage.__dataclass_fields__)


class SqlAnsweredTurns:
    """Of the calls that began in a time. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answerers(self, since: datetime, until: datetime) -> Mapping[Answerer, int]:
        """Turns, the greeting left out."""
        who = _answerer().label("who")
        counted = (
            select(who, func.count().label("turns"))
            .join_from(turns, calls, calls.c.call_id == turns.c.call_id)
            .where(_began(since, until), turns.c.number > 0)
            .group_by(who)
        )
        async with self._database.reading("count answered turns") as connection:
            rows = (await connection.execute(counted)).all()
        return {Answerer(row.who): row.turns for row in rows if row.who is not None}

    async def measured(self, since: datetime, until: datetime) -> Sequence[MeasuredCall]:
        """The newest of those that workers did anything for."""
        sample = (
            select(calls.c.call_id)
            .where(_began(since, until), exists().where(call_usage.c.call_id == calls.c.call_id))
            .order_by(calls.c.started_at.desc())
            .limit(SAMPLED)
            .subquery()
        )
        used = select(call_usage).join(sample, sample.c.call_id == call_usage.c.call_id)
        who = _answerer().label("who")
        answered = (
            select(turns.c.call_id, who, func.count().label("turns"))
            .join(sample, sample.c.call_id == turns.c.call_id)
            .where(turns.c.number > 0)
            .group_by(turns.c.call_id, who)
        )
        async with self._database.reading("sample measured calls") as connection:
            works: dict[CallId, dict[str, WorkUsage]] = {}
            for row in (await connection.execute(used)).mappings():
                amounts = WorkUsage(**{name: row[name] for name in _AMOUNTS})
                works.setdefault(CallId(row["call_id"]), {})[row["queue"]] = amounts
            counts: dict[tuple[str, str | None], int] = {
                (row.call_id, row.who): row.turns for row in await connection.execute(answered)
            }
        return [
            MeasuredCall(
                of_call,
                counts.get((call_id, Answerer.SMALL.value), 0),
                counts.get((call_id, Answerer.LARGE.value), 0),
            )
            for call_id, of_call in works.items()
        ]


def _began(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(calls.c.started_at >= since, calls.c.started_at < until)


def _answerer() -> ColumnElement[str | None]:
    """None: nobody did, or a model had failed before."""
    route, has_none = turns.c.route, turns.c.route.is_(None)
    return case(
        (route == Tier.LARGE.value, Answerer.LARGE.value),
        (
            or_(
                route == Tier.SMALL.value,
                and_(has_none, turns.c.source == AnswerSource.MODEL.value),
            ),
            Answerer.SMALL.value,
        ),
        (route == Tier.RETRIEVED.value, Answerer.KEPT.value),
        (
            or_(
                route == Tier.FACT.value,
                and_(has_none, turns.c.source == AnswerSource.FACT.value),
            ),
            Answerer.FACT.value,
        ),
        (
            and_(route == Tier.SCRIPT.value, turns.c.route_reason == Why.SHORT_FORM.value),
            Answerer.FIXED.value,
        ),
        else_=None,
    )
