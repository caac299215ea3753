"""What was decided about each caller, and how did the wait go?

Beside the call's record, which comes when the call is over: a verdict is kept at once, also of a
call whose agent dies. Refers to no call, and holds nothing private.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from voicebot.calls.model import CallId
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.store.engine import Database
from voicebot.store.tables import admissions
from voicebot.store.upsert import insert_or

_KEY = ("call_id", "judged_at")


class SqlAdmissions:
    """Fulfils `line_ports.AdmissionBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, new: Sequence[AdmissionRecord]) -> None:
        if not new:
            return
        async with self._database.writing("keep admissions") as connection:
            statement = insert_or(connection, admissions)
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[admissions.c[name] for name in _KEY],
                    set_={
                        column.name: statement.excluded[column.name]
                        for column in admissions.c
                        if column.name not in _KEY
                    },
                ),
                [_row(admission) for admission in new],
            )

    async def of_call(self, call_id: CallId) -> Sequence[AdmissionRecord]:
        """In the order in which they were decided."""
        chosen = select(admissions).where(admissions.c.call_id == call_id)
        async with self._database.reading("find admissions") as connection:
            rows = await connection.execute(chosen.order_by(admissions.c.judged_at))
            return [_record(row) for row in rows.mappings()]


def _row(admission: AdmissionRecord) -> Mapping[str, Any]:
    values = {name: getattr(admission, name) for name in AdmissionRecord.__dataclass_fields__}
    ended = None if admission.ended is None else admission.ended.value
    return values | {"rank": int(admission.rank), "ended": ended}


def _record(row: RowMapping) -> AdmissionRecord:
    ended = None if row["ended"] is None else WaitEnding(row["ended"])
    values = {**row, "rank": Rank(row["rank"]), "ended": ended, "queue": QueueName(row["queue"])}
    return AdmissionRecord(**values)
