"""By what was each call answered, at the dearest? From the records of its turns."""

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from voicebot.calls.model import AnswerSource, Tier
from voicebot.costs.conversation_type import Answered
from voicebot.store.tables import calls, turns


def answered_calls(chosen: ColumnElement[bool]) -> Subquery:
    """`call_id` and `answered` of the calls that are chosen; none of those without such turns."""
    return (
        select(turns.c.call_id, func.max(_answered()).label("answered"))
        .join(calls, calls.c.call_id == turns.c.call_id)
        .where(chosen, turns.c.number > 0)  # 0: the greeting
        .group_by(turns.c.call_id)
        .subquery()
    )


def _answered() -> ColumnElement[int]:
    """A turn whose agent tells no route is known by its source."""
    route, has_none = turns.c.route, turns.c.route.is_(None)
    by_model = or_(
        route.in_((Tier.SMALL.value, Tier.LARGE.value)),
        and_(has_none, turns.c.source == AnswerSource.MODEL.value),
    )
    by_fact = or_(
        route == Tier.FACT.value, and_(has_none, turns.c.source == AnswerSource.FACT.value)
    )
    return case(
        (by_model, Answered.MODEL.value),
        (route == Tier.RETRIEVED.value, Answered.KEPT.value),
        (by_fact, Answered.FACT.value),
        else_=Answered.SCRIPT.value,
    )
