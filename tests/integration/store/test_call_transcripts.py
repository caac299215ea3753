from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.fakes.sample_calls import NOON, a_record
from voicebot.calls.model import CallId
from voicebot.calls.transcript import CallTranscript, SpokenLine, SpokenWord
from voicebot.store.call_transcripts import RecordedCall, SqlCallTranscripts
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.erasure import Erasure
from voicebot.store.tables import calls

CALL = CallId("node1-1.1")
WORDS = (SpokenWord("Good", 100, 300, 0.9), SpokenWord("morning.", 320, 700, 0.8))
TRANSCRIPT = CallTranscript(
    "whisperx",
    "whisper-tiny.en",
    "recognizer",
    (
        SpokenLine("agent", 100, 700, "Good morning.", WORDS),
        SpokenLine("caller", 900, 1_400, "[masked]", ()),
    ),
)


@pytest.fixture
def transcripts(database: Database) -> SqlCallTranscripts:
    return SqlCallTranscripts(database)


async def over(database: Database, call_id: str, **record: object) -> None:
    """A call that is over, by Asterisk's word."""
    await SqlCallRecords(database).write(a_record(call_id, **record))  # type: ignore[arg-type]
    async with database.writing("end call") as connection:
        await connection.execute(
            update(calls).where(calls.c.call_id == call_id).values(cdr_ended_at=NOON)
        )


async def test_recorded_calls_of_this_node_are_unread_once_they_are_over(
    database: Database, transcripts: SqlCallTranscripts
) -> None:
    await over(database, CALL, recording_caller="a.wav")
    await over(database, "node1-1.2")
    await over(database, "node2-1.1", recording_caller="b.wav")
    await SqlCallRecords(database).write(a_record("node1-1.3", recording_caller="c.wav"))
    [unread] = await transcripts.unread("node1", 10)
    assert unread == RecordedCall(CALL, a_record().business, "a.wav", unread.recording_agent)


async def test_a_call_is_kept_as_it_was_read_and_once(
    database: Database, transcripts: SqlCallTranscripts
) -> None:
    await over(database, CALL, recording_caller="a.wav")
    assert await transcripts.of_call(CALL) is None
    assert await transcripts.keep(CALL, TRANSCRIPT, NOON)
    assert await transcripts.of_call(CALL) == TRANSCRIPT
    assert not await transcripts.keep(CALL, CallTranscript("other", "", "", ()), NOON)
    assert await transcripts.of_call(CALL) == TRANSCRIPT
    assert await transcripts.unread("node1", 10) == []


async def test_a_record_that_is_written_again_keeps_its_transcript(
    database: Database, transcripts: SqlCallTranscripts
) -> None:
    await over(database, CALL, recording_caller="a.wav")
    await transcripts.keep(CALL, TRANSCRIPT, NOON)
    await SqlCallRecords(database).write(a_record(CALL, recording_caller="a.wav"))
    assert await transcripts.of_call(CALL) == TRANSCRIPT


async def test_the_words_of_an_erased_call_are_gone_and_do_not_come_back(
    database: Database, transcripts: SqlCallTranscripts, tmp_path: object
) -> None:
    await over(database, CALL, recording_caller="asterisk/spool/a.wav")
    await over(database, "node1-1.2", recording_caller="asterisk/spool/b.wav")
    await transcripts.keep(CALL, TRANSCRIPT, NOON)
    await Erasure(database, tmp_path).run(NOON + timedelta(days=31), 30)  # type: ignore[arg-type]
    found = await transcripts.of_call(CALL)
    assert found is not None
    assert found.lines == ()
    assert not await transcripts.keep(CallId("node1-1.2"), TRANSCRIPT, NOON)
    assert await transcripts.unread("node1", 10) == []
