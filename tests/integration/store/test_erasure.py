import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.fakes.sample_calls import NOON, a_record
from tests.fakes.sample_messages import a_message, a_request, a_voicemail
from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.model import CallId
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CdrImport
from voicebot.store.engine import Database
from voicebot.store.erasure import Erased, Erasure
from voicebot.store.messages import SqlMessages
from voicebot.store.outbox import SqlOutbox
from voicebot.store.tables import PRIVATE, calls, metadata

DAYS = 30
NOW = NOON + timedelta(days=DAYS, hours=1)
OLD = NOON
YOUNG = NOON + timedelta(hours=2)


class Kept:
    """The records and the spool beside them."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.database = database
        self.records = SqlCallRecords(database)
        self.erasure = Erasure(database, state_dir)

    def file(self, name: str, modified_at: datetime) -> str:
        """Makes a file in the spool and returns its path below the state directory."""
        path = self.state_dir / "asterisk/spool" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"voice")
        os.utime(path, (modified_at.timestamp(), modified_at.timestamp()))
        return str(path.relative_to(self.state_dir))

    async def erase(self) -> Erased:
        return await self.erasure.run(NOW, DAYS)

    def files(self) -> set[str]:
        return {path.name for path in self.state_dir.rglob("*") if path.is_file()}


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Kept:
    (tmp_path / "state").mkdir()
    return Kept(database, tmp_path / "state")


async def test_an_old_call_keeps_its_facts_and_loses_its_words_and_recordings(kept: Kept) -> None:
    names = [kept.file(f"monitor/{name}.wav", OLD) for name in ("caller", "message")]
    await kept.records.write(
        a_record("1.1", started_at=OLD, recording_caller=names[0], voicemail=names[1])
    )
    assert await kept.erase() == Erased(calls=1, files=2)
    assert kept.files() == set()
    found = await kept.records.find(CallId("1.1"))
    assert found is not None
    assert (found.recording_caller, found.voicemail) == (None, None)
    assert [(turn.heard, turn.said, turn.said_heard) for turn in found.turns] == [("", "", "")] * 2
    assert found.turns[0].timings == a_record().turns[0].timings
    assert await kept.erase() == Erased()


async def test_recordings_may_go_before_the_words(kept: Kept) -> None:
    names = [kept.file(f"{name}.wav", YOUNG) for name in ("caller", "agent", "voicemail")]
    record = replace(
        a_record("1.1", started_at=YOUNG, recording_caller=names[0], voicemail=names[2]),
        recording_agent=names[1],
    )
    await kept.records.write(record)
    assert await kept.erasure.run(NOW, DAYS, recordings_days=DAYS) == Erased()
    assert await kept.erasure.run(NOW, DAYS, recordings_days=DAYS - 1) == Erased(files=2)
    found = await kept.records.find(CallId("1.1"))
    assert found == replace(record, recording_caller=None, recording_agent=None)
    assert kept.files() == {"voicemail.wav"}
    assert await kept.erasure.run(NOW, DAYS, recordings_days=DAYS - 1) == Erased()


async def test_one_caller_is_forgotten_and_nobody_else(kept: Kept) -> None:
    number, other = "+12025550123", "+12025550124"
    for call_id, caller in (("1.1", number), ("1.2", other)):
        record = a_record(
            call_id, started_at=YOUNG, recording_caller=kept.file(f"{call_id}.wav", YOUNG)
        )
        facts = replace(record.facts, caller_number=caller)
        await kept.records.write(replace(record, facts=facts))
    messages, requests = SqlMessages(kept.database), SqlCallbackRequests(kept.database)
    await messages.leave(replace(a_message(), callback_number=number))
    await requests.request(replace(a_request(), number=number))
    assert await kept.erasure.calls_of(number) == ["1.1"]
    erased = await kept.erasure.forget_caller(number, NOW)
    assert erased == Erased(calls=1, messages=1, callbacks=1, files=1)
    gone, left = [await kept.records.find(CallId(one)) for one in ("1.1", "1.2")]
    assert gone is not None
    assert left is not None
    assert (gone.facts.caller_number, gone.turns[0].heard) == ("", "")
    assert (left.facts.caller_number, left.turns) == (other, a_record().turns)
    assert kept.files() == {"1.2.wav"}
    assert await requests.waiting(10) == []
    assert await kept.erasure.forget_caller(number, NOW) == Erased()


async def test_a_young_call_is_left_as_it_is(kept: Kept) -> None:
    record = a_record("1.1", started_at=YOUNG, recording_caller=kept.file("a.wav", YOUNG))
    await kept.records.write(record)
    assert await kept.erase() == Erased()
    assert await kept.records.find(CallId("1.1")) == record
    assert kept.files() == {"a.wav"}


async def test_an_old_file_goes_though_no_record_names_it(kept: Kept) -> None:
    kept.file("voicemail/old.wav", OLD)
    kept.file("voicemail/young.wav", YOUNG)
    assert await kept.erase() == Erased(files=1)
    assert kept.files() == {"young.wav"}


async def test_an_erasure_that_was_interrupted_is_completed(kept: Kept) -> None:
    name = kept.file("a.wav", OLD)
    await kept.records.write(a_record("1.1", started_at=OLD, recording_caller=name))
    (kept.state_dir / name).unlink()
    assert await kept.erase() == Erased(calls=1)


@pytest.mark.parametrize("name", ["secrets.env", "asterisk/spool/../../secrets.env", "link/x"])
async def test_nothing_outside_the_spool_is_ever_deleted(kept: Kept, name: str) -> None:
    kept.file("a.wav", YOUNG)
    (kept.state_dir / "secrets.env").write_text("secret")
    (kept.state_dir / "elsewhere").mkdir()
    (kept.state_dir / "elsewhere" / "x").write_text("other")
    (kept.state_dir / "link").symlink_to(kept.state_dir / "elsewhere")
    (kept.state_dir / "asterisk/spool/linked").symlink_to(kept.state_dir / "elsewhere")
    await kept.records.write(a_record("1.1", started_at=OLD, recording_caller=name))
    erased = await kept.erase()
    assert (erased.calls, erased.files, erased.failures) == (0, 0, 1)
    assert kept.files() >= {"secrets.env", "x", "a.wav"}
    found = await kept.records.find(CallId("1.1"))
    assert found is not None
    assert found.recording_caller == name  # still due, still named
    assert found.turns[0].heard == ""  # but the words are gone


async def test_nothing_private_is_left_of_what_is_old(kept: Kept) -> None:
    recording = kept.file("voicemail/1.wav", YOUNG)
    await kept.records.write(a_record("1.1", started_at=OLD, transfers=1))
    messages, callbacks = SqlMessages(kept.database), SqlCallbackRequests(kept.database)
    await messages.leave(a_message(recording=recording))
    await messages.leave(a_voicemail())
    await callbacks.request(a_request("1.1"))
    await callbacks.request(a_request("2.2", number="+15550199"))
    await callbacks.close(CallId("2.2"), CallbackStatus.DONE, OLD)
    assert await kept.erase() == Erased(calls=1, messages=2, callbacks=2, files=1)
    assert kept.files() == set()
    private = [
        column
        for table in metadata.tables.values()
        for column in table.columns
        if PRIVATE in column.info
    ]
    assert len(private) > 10
    async with kept.database.reading("test") as connection:
        for column in private:
            found = set((await connection.execute(select(column))).scalars())
            assert found <= {""}, f"{column.table.name}.{column.name}"
    assert {one.status for one in await callbacks.latest(10)} == {
        CallbackStatus.CANCELLED,
        CallbackStatus.DONE,
    }
    assert await SqlOutbox(kept.database).claim(NOW, 10) == []
    assert await kept.erase() == Erased()


async def test_young_messages_and_requests_are_left_as_they_are(kept: Kept) -> None:
    messages, callbacks = SqlMessages(kept.database), SqlCallbackRequests(kept.database)
    await messages.leave(a_message(taken_at=YOUNG))
    await callbacks.request(a_request(requested_at=YOUNG))
    assert await kept.erase() == Erased()
    assert [one.message for one in await messages.latest(10)] == [a_message(taken_at=YOUNG)]
    assert [one.request for one in await callbacks.waiting(10)] == [a_request(requested_at=YOUNG)]


async def test_the_recording_of_an_agents_message_goes_with_it(kept: Kept) -> None:
    (kept.state_dir / "messages").mkdir()
    (kept.state_dir / "messages/1.wav").write_bytes(b"voice")
    message = a_message(taken_at=OLD, recording="messages/1.wav")
    await SqlMessages(kept.database).leave(message)
    assert await kept.erase() == Erased(messages=1, files=1)
    assert kept.files() == set()


async def test_a_recording_that_cannot_be_deleted_keeps_its_message_due(kept: Kept) -> None:
    (kept.state_dir / "secrets.env").write_text("secret")
    messages = SqlMessages(kept.database)
    await messages.leave(a_message(taken_at=OLD, recording="secrets.env"))
    assert await kept.erase() == Erased(failures=1)
    assert await kept.erase() == Erased(failures=1)
    (left,) = await messages.latest(10)
    assert (left.message.text, left.message.recording) == ("", "secrets.env")


async def test_a_cdr_read_again_does_not_bring_back_an_erased_voicemail(kept: Kept) -> None:
    kept.file("voicemail/1.wav", OLD)
    path = kept.state_dir / "voicebot.csv"
    path.write_text(cdr_line("1.1", voicemail="voicemail/1.wav", voicemail_s="2") + "\n")
    importing = CdrImport(kept.database, path)
    await importing.run(NOW)
    assert await kept.erase() == Erased(calls=1, files=1)
    assert (await importing.run(NOW, from_start=True)).stubs == 0
    found = await kept.records.find(CallId("1.1"))
    assert found is not None
    assert found.voicemail is None


@given(st.lists(st.integers(-3, 3), max_size=12))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_exactly_the_calls_older_than_the_retention_are_erased(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, ages_days: list[int]
) -> None:
    monkeypatch.setattr("voicebot.store.erasure._BATCH", 3)
    async with kept.database.writing("clear") as connection:
        await connection.execute(delete(calls))
    for number, days in enumerate(ages_days):
        ended_at = NOW - timedelta(days=DAYS + days)
        await kept.records.write(a_record(f"call-{number}", ended_at=ended_at))
    erased = await kept.erase()
    assert erased.calls == sum(days > 0 for days in ages_days)
    for number, days in enumerate(ages_days):
        found = await kept.records.find(CallId(f"call-{number}"))
        assert found is not None
        assert (found.turns[0].heard == "") == (days > 0)
