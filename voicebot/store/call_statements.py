"""How is a question about past calls put to the database?

Three ways to the same rows: `walk` from call to call in their order; `among` the next few, each
looked at; `rest` behind those, from what an index finds. Our own probes are left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)

from voicebot.calls.model import Direction
from voicebot.store.call_question import CallPlace, CallQuestion
from voicebot.store.tables import UtcDateTime, calls, turns

_ROW: Final = (
    calls.c.call_id,
    calls.c.caller_number,
    calls.c.called_number,
    calls.c.direction,
    calls.c.handled_by,
    calls.c.started_at,
    calls.c.ended_at,
    calls.c.outcome,
)
_PLACE: Final = (calls.c.started_at, calls.c.call_id)
# What asks for more than a look at a call's own row, in an order that an index has.
COSTLY: Final = ("digits", "words", "slowest_from_ms")
# The hits are few, and each call is looked up by its id: a planner that takes them for many would
# read all calls instead. What an index lists may be much before it is looked at, and is forgotten
# in part where there is no room for it: then half of the table is read again.
FOR_HITS: Final = select(
    *(
        func.set_config(name, value, True)
        for name, value in (
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("jit", "off"),
            ("work_mem", "64MB"),
        )
    )
)


def costly(question: CallQuestion) -> Sequence[str]:
    return [name for name in COSTLY if getattr(question, name) is not None]


def walk(question: CallQuestion, limit: int, after: CallPlace | None) -> Select[Any]:
    return _ordered(select(*_ROW).where(*_plain(question), *_behind(after)), limit)


def last_of(question: CallQuestion, near: int, after: CallPlace | None) -> Select[Any]:
    """The place of the last call among the next few; no row: there are fewer."""
    return _ordered(select(*_PLACE).where(*_plain(question), *_behind(after)), 1).offset(near - 1)


def among(
    question: CallQuestion, limit: int, after: CallPlace | None, end: CallPlace | None
) -> Select[Any]:
    chosen = select(*_ROW).where(*_plain(question), *_behind(after), *_each(question))
    if end is not None:
        chosen = chosen.where(tuple_(*_PLACE) >= _tuple(end))
    return _ordered(chosen, limit)


def how_many(
    question: CallQuestion, costly: str, after: CallPlace | None, end: CallPlace
) -> Select[Any]:
    """Among the next few, of those that this one field asks for."""
    alone = replace(question, **{name: None for name in COSTLY if name != costly})
    chosen = select(func.count()).select_from(calls)
    return chosen.where(
        *_plain(question), *_behind(after), *_each(alone), tuple_(*_PLACE) >= _tuple(end)
    )


def rest(question: CallQuestion, first: str, limit: int, end: CallPlace) -> Select[Any]:
    """All that the field `first` asks for is listed before anything else is looked at."""
    hits = _hits(question, first).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
    others = replace(question, **{first: None})
    chosen = select(*_ROW).join_from(hits, calls, calls.c.call_id == hits.c.call_id)
    return _ordered(chosen.where(*_plain(question), *_behind(end), *_each(others)), limit)


def _hits(question: CallQuestion, first: str) -> Select[Any]:
    if first == "digits":
        assert question.digits is not None
        return select(calls.c.call_id).where(_has_digits(question.digits))
    of_turns = select(turns.c.call_id).distinct()
    if first == "words":
        assert question.words is not None
        return of_turns.where(_has_words(turns.c, question.words))
    return of_turns.where(turns.c.total_ms >= question.slowest_from_ms)


def _ordered(chosen: Select[Any], limit: int) -> Select[Any]:
    return chosen.order_by(calls.c.started_at.desc(), calls.c.call_id.desc()).limit(limit)


def _behind(place: CallPlace | None) -> Sequence[ColumnElement[bool]]:
    return () if place is None else (tuple_(*_PLACE) < _tuple(place),)


def _tuple(place: CallPlace) -> Any:
    return tuple_(literal(place.started_at, UtcDateTime()), literal(place.call_id))


def _plain(question: CallQuestion) -> Sequence[ColumnElement[bool]]:
    """What a call's own row says, in an order that an index has."""
    found = [calls.c.direction != Direction.PROBE.value]
    if question.dids is not None:
        dids = sorted(question.dids)
        found.append(calls.c.called_number.in_(dids) if dids else false())
    if question.outcome is not None:
        found.append(calls.c.outcome == question.outcome)
    if question.since is not None:
        found.append(calls.c.started_at >= question.since)
    if question.until is not None:
        found.append(calls.c.started_at < question.until)
    return found


def _each(question: CallQuestion) -> Sequence[ColumnElement[bool]]:
    """What is looked at call by call."""
    found: list[ColumnElement[bool]] = []
    if question.digits is not None:
        found.append(_has_digits(question.digits))
    if question.slowest_from_ms is not None:
        own = _own_turns()
        found.append(exists().where(own.c.total_ms >= question.slowest_from_ms))
    if question.words is not None:
        own = _own_turns()
        found.append(exists().where(_has_words(own.c, question.words)))
    return found


def _has_digits(digits: str) -> ColumnElement[bool]:
    numbers = (calls.c.caller_number, calls.c.called_number)
    return or_(*(one.contains(digits, autoescape=True) for one in numbers))


def _has_words(columns: Any, words: str) -> ColumnElement[bool]:
    pattern = f"%{_literally(words)}%"
    # As the index has it: of two columns, it would be read twice.
    both = columns.heard.op("||")(literal_column("' / '")).op("||")(columns.said_heard)
    return and_(both.ilike(pattern, escape="\\"))


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _own_turns() -> Subquery:
    """Of the call that is looked at. The offset keeps PostgreSQL from listing the turns of all
    calls first: for it, a frequent word is rare."""
    chosen = select(turns).where(turns.c.call_id == calls.c.call_id).correlate(calls)
    return chosen.offset(0).subquery()
