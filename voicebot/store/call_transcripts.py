"""What was said on calls, word by word, and which recordings are still to be read?

A call's lines and the note that it has been read are one transaction: whoever dies while
reading leaves nothing, and the call is read again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select

from voicebot.calls.model import CallId
from voicebot.calls.transcript import CallTranscript, SpokenLine, SpokenWord
from voicebot.store.engine import Database
from voicebot.store.tables import call_lines, call_transcripts, calls
from voicebot.store.upsert import insert_or


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call whose recordings are to be read; paths lie below the state directory."""

    call_id: CallId
    business: str
    recording_caller: str
    recording_agent: str | None


class SqlCallTranscripts:
    """The transcripts in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unread(self, node: str, limit: int) -> Sequence[RecordedCall]:
        """Calls of this Asterisk node that are over and recorded, the oldest first."""
        is_read = exists().where(call_transcripts.c.call_id == calls.c.call_id)
        chosen = select(
            calls.c.call_id, calls.c.business, calls.c.recording_caller, calls.c.recording_agent
        ).where(
            calls.c.recording_caller.is_not(None),
            calls.c.cdr_ended_at.is_not(None),
            calls.c.erased_at.is_(None),
            # Asterisk begins its ids with its own name.
            calls.c.call_id.startswith(f"{node}-", autoescape=True),
            ~is_read,
        )
        async with self._database.reading("find unread recordings") as connection:
            rows = await connection.execute(chosen.order_by(calls.c.ended_at).limit(limit))
            return [
                RecordedCall(
                    CallId(row.call_id), row.business, row.recording_caller, row.recording_agent
                )
                for row in rows
            ]

    async def keep(self, call_id: CallId, transcript: CallTranscript, at: datetime) -> bool:
        """False: it was kept before, or the call has been erased meanwhile."""
        async with self._database.writing("keep call transcript") as connection:
            is_due = await connection.scalar(
                select(calls.c.call_id)
                .where(calls.c.call_id == call_id, calls.c.erased_at.is_(None))
                .with_for_update()
            )
            if is_due is None:
                return False
            noted = await connection.execute(
                insert_or(connection, call_transcripts)
                .values(
                    call_id=call_id,
                    read_at=at,
                    engine=transcript.engine,
                    model=transcript.model,
                    word_times=transcript.word_times,
                )
                .on_conflict_do_nothing(index_elements=[call_transcripts.c.call_id])
            )
            if not noted.rowcount:
                return False
            rows = [_row(call_id, number, line) for number, line in enumerate(transcript.lines)]
            if rows:
                await connection.execute(insert(call_lines), rows)
            return True

    async def of_call(self, call_id: CallId) -> CallTranscript | None:
        """None: its recordings have not been read."""
        async with self._database.reading("find call transcript") as connection:
            chosen = select(call_transcripts).where(call_transcripts.c.call_id == call_id)
            noted = (await connection.execute(chosen)).one_or_none()
            if noted is None:
                return None
            lines = await connection.execute(
                select(call_lines)
                .where(call_lines.c.call_id == call_id)
                .order_by(call_lines.c.number)
            )
            return CallTranscript(
                noted.engine, noted.model, noted.word_times, tuple(_line(row) for row in lines)
            )


def _row(call_id: CallId, number: int, line: SpokenLine) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "number": number,
        "speaker": line.speaker,
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "text": line.text,
        "words": json.dumps([asdict(word) for word in line.words], ensure_ascii=False),
    }


def _line(row: Any) -> SpokenLine:
    words = tuple(SpokenWord(**word) for word in json.loads(row.words))
    return SpokenLine(row.speaker, row.start_ms, row.end_ms, row.text, words)
