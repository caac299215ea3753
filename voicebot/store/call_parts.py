"""What belongs to a call's record beside its row: its turns and its transfers.

Each kind is replaced as a whole, never mixed with what an earlier writer knew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import (
    AnswerSource,
    CallId,
    Route,
    StageTimings,
    Tier,
    TransferMode,
    TransferRecord,
    TransferResult,
    TurnRecord,
)
from voicebot.store.tables import transfers, turns


async def replace_turns(
    connection: AsyncConnection, call_id: CallId, new: Sequence[TurnRecord]
) -> None:
    await _replace(connection, turns, call_id, [_turn_row(call_id, turn) for turn in new])


async def replace_transfers(
    connection: AsyncConnection, call_id: CallId, new: Sequence[TransferRecord]
) -> None:
    rows = [_transfer_row(call_id, transfer) for transfer in new]
    await _replace(connection, transfers, call_id, rows)


async def add_transfers(
    connection: AsyncConnection, call_id: CallId, more: Sequence[TransferRecord]
) -> None:
    """Puts these behind the transfers that are known, but for operators known already."""
    known = (await read_transfers(connection, [call_id])).get(call_id, [])
    operators = {transfer.operator for transfer in known}
    new = [transfer for transfer in more if transfer.operator not in operators]
    if new:
        rows = [
            _transfer_row(call_id, replace(transfer, number=number))
            for number, transfer in enumerate(new, start=len(known))
        ]
        await connection.execute(insert(transfers), rows)


async def _replace(
    connection: AsyncConnection, table: Table, call_id: CallId, rows: Sequence[Mapping[str, Any]]
) -> None:
    await connection.execute(delete(table).where(table.c.call_id == call_id))
    if rows:
        await connection.execute(insert(table), rows)


async def read_turns(
    connection: AsyncConnection, ids: Sequence[str]
) -> Mapping[str, Sequence[TurnRecord]]:
    """The turns of each of these calls, in order."""
    found = defaultdict(list)
    for row in await _rows(connection, turns, ids):
        found[row["call_id"]].append(_turn(row))
    return found


async def read_transfers(
    connection: AsyncConnection, ids: Sequence[str]
) -> Mapping[str, Sequence[TransferRecord]]:
    """The transfers of each of these calls, in order."""
    found = defaultdict(list)
    for row in await _rows(connection, transfers, ids):
        found[row["call_id"]].append(_transfer(row))
    return found


async def _rows(
    connection: AsyncConnection, table: Table, ids: Sequence[str]
) -> Sequence[RowMapping]:
    chosen = select(table).where(table.c.call_id.in_(ids)).order_by(table.c.number)
    return (await connection.execute(chosen)).mappings().all()


_TIMINGS = tuple(StageTimings.__dataclass_fields__)


def _turn_row(call_id: CallId, turn: TurnRecord) -> Mapping[str, Any]:
    return {
        "call_id": call_id,
        "number": turn.number,
        "heard": turn.heard,
        "said": turn.said,
        "said_heard": turn.said_heard,
        "was_interrupted": turn.was_interrupted,
        "source": _source(turn.source).value,
        "started_at": turn.started_at,
        "fact_id": turn.fact_id,
        "route": None if turn.route is None else turn.route.tier.value,
        "route_reason": None if turn.route is None else turn.route.reason,
        **{name: getattr(turn.timings, name) for name in _TIMINGS},
    }


def _turn(row: RowMapping) -> TurnRecord:
    return TurnRecord(
        number=row["number"],
        heard=row["heard"],
        said=row["said"],
        said_heard=row["said_heard"],
        was_interrupted=row["was_interrupted"],
        source=(
            AnswerSource.RETRIEVED
            if row["route"] == Tier.RETRIEVED.value
            else AnswerSource(row["source"])
        ),
        started_at=row["started_at"],
        timings=StageTimings(**{name: row[name] for name in _TIMINGS}),
        fact_id=row["fact_id"],
        route=_route(row),
    )


def _source(source: AnswerSource) -> AnswerSource:
    """As the first releases know it: the route tells the rest."""
    return AnswerSource.MODEL if source is AnswerSource.RETRIEVED else source


def _route(row: RowMapping) -> Route | None:
    if row["route"] is None:
        return None
    return Route(Tier(row["route"]), row["route_reason"] or "")


def _transfer_row(call_id: CallId, transfer: TransferRecord) -> Mapping[str, Any]:
    return {
        "call_id": call_id,
        "number": transfer.number,
        "target": transfer.target,
        "mode": transfer.mode.value,
        "result": transfer.result.value,
        "operator": transfer.operator,
        "summary": transfer.summary,
        "started_at": transfer.started_at,
        "connected_at": transfer.connected_at,
        "ended_at": transfer.ended_at,
    }


def _transfer(row: RowMapping) -> TransferRecord:
    return TransferRecord(
        number=row["number"],
        target=row["target"],
        mode=TransferMode(row["mode"]),
        result=TransferResult(row["result"]),
        operator=row["operator"],
        summary=row["summary"],
        started_at=row["started_at"],
        connected_at=row["connected_at"],
        ended_at=row["ended_at"],
    )
