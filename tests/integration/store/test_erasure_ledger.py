"""Who was forgotten is forgotten again when a backup brings them back, and nobody else is."""

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.sample_calls import NOON, a_record
from tests.fakes.sample_messages import a_message, a_request
from voicebot.calls.model import CallId
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.caller_erasure import CallerErasure
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.erasure_ledger import ErasureLedger
from voicebot.store.messages import SqlMessages

NUMBER, OTHER = "+12025550123", "+12025550124"
ASKED = NOON + timedelta(hours=2)


async def keep(database: Database, call_id: str, number: str, *, hours: int = 0) -> None:
    record = a_record(call_id, started_at=NOON + timedelta(hours=hours))
    facts = replace(record.facts, caller_number=number)
    await SqlCallRecords(database).write(replace(record, facts=facts))


async def caller_of(database: Database, call_id: str) -> str:
    found = await SqlCallRecords(database).find(CallId(call_id))
    assert found is not None
    return found.facts.caller_number


async def test_what_a_backup_brings_back_is_forgotten_again(
    database: Database, tmp_path: Path
) -> None:
    erasure = CallerErasure(database, tmp_path)
    await keep(database, "1.1", NUMBER)
    await erasure.forget(NUMBER, "anna", "", ASKED)
    # As a backup has it; and what came since.
    await keep(database, "1.2", NUMBER)
    await keep(database, "1.3", OTHER)
    await keep(database, "1.4", NUMBER, hours=3)
    messages, requests = SqlMessages(database), SqlCallbackRequests(database)
    await messages.leave(replace(a_message(), callback_number=NUMBER))
    await requests.request(replace(a_request(), number=NUMBER))
    erased, callers = await erasure.forget_again("command-line", ASKED + timedelta(days=1))
    assert callers == 1
    assert (erased.calls, erased.messages, erased.callbacks) == (1, 1, 1)
    assert await caller_of(database, "1.2") == ""
    assert await caller_of(database, "1.3") == OTHER
    assert await caller_of(database, "1.4") == NUMBER
    again, _ = await erasure.forget_again("command-line", ASKED + timedelta(days=2))
    assert again.calls == 0


async def test_nothing_is_forgotten_where_nobody_asked(database: Database, tmp_path: Path) -> None:
    await keep(database, "1.1", NUMBER)
    erased, callers = await CallerErasure(database, tmp_path).forget_again("anna", ASKED)
    assert (erased.calls, callers) == (0, 0)
    assert await caller_of(database, "1.1") == NUMBER


def test_the_ledger_names_nobody_and_is_for_nobody_else(tmp_path: Path) -> None:
    ledger = ErasureLedger(tmp_path)
    ledger.add(NUMBER, ASKED)
    for file in tmp_path.iterdir():
        assert NUMBER.encode() not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Without its key it tells nothing.
    (tmp_path / "erasures.key").unlink()
    assert ErasureLedger(tmp_path).among(frozenset({NUMBER})) == {}


def test_a_line_that_was_cut_short_hides_no_other(tmp_path: Path) -> None:
    ledger = ErasureLedger(tmp_path)
    ledger.add(NUMBER, ASKED)
    with (tmp_path / "erasures.jsonl").open("a") as file:
        file.write('{"who": "12')
    ledger.add(OTHER, ASKED)
    ledger.add(NUMBER, ASKED + timedelta(hours=1))
    found = ledger.among(frozenset({NUMBER, OTHER, "+12025550125"}))
    assert found == {NUMBER: ASKED + timedelta(hours=1), OTHER: ASKED}


@settings(max_examples=25)
@given(asked=st.sets(st.integers(0, 30)), there=st.sets(st.integers(0, 30)))
def test_exactly_those_are_found_who_asked_and_are_there(
    tmp_path_factory: pytest.TempPathFactory, asked: set[int], there: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = ErasureLedger(folder)
    for one in asked:
        ledger.add(f"+1202555{one:04}", ASKED)
    found = ledger.among(frozenset(f"+1202555{one:04}" for one in there))
    assert set(found) == {f"+1202555{one:04}" for one in asked & there}
