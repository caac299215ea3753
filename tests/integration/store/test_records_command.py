import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner

from tests.fakes.sample_calls import NOON, a_record
from tests.polling import until
from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.model import CallId
from voicebot.commands import records
from voicebot.errors import StoreError
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.store import schema
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database

app = typer.Typer()
records.register(app)
LIMIT_S = 20.0
HOSTILE_NUMBER = "\x1b[31m[bold]+1555"


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("VOICEBOT_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    yield tmp_path
    structlog.reset_defaults()  # the commands set the logs of the whole process up
    structlog.contextvars.clear_contextvars()


def migrate(state_dir: Path) -> None:
    schema.upgrade(f"sqlite+aiosqlite:///{state_dir}/voicebot.db")


def write_cdrs(state_dir: Path, *lines: str) -> None:
    file = state_dir / CDR_FILE
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"{line}\n" for line in lines))


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_one_round_puts_missed_calls_on_record_for_all_to_see(state_dir: Path) -> None:
    migrate(state_dir)
    write_cdrs(state_dir, cdr_line("node1-1.1", caller_number=HOSTILE_NUMBER))
    assert run("records", "--once")[0] == 0
    code, shown, _ = run("calls", "list")
    assert code == 0
    assert "node1-1.1" in shown
    assert "abandoned" in shown
    assert "\ufffd[31m[bold]+1555" in shown  # as it is, and no terminal obeys it
    listed = json.loads(run("calls", "list", "--json")[1])
    assert [call["call_id"] for call in listed] == ["node1-1.1"]


async def _write(state_dir: Path) -> None:
    database = Database.open(f"sqlite+aiosqlite:///{state_dir}/voicebot.db")
    await SqlCallRecords(database).write(a_record("node1-2.2"))
    waited = AdmissionRecord(
        CallId("node1-2.2"),
        NOON,
        QueueName("main@1000"),
        Rank.REGULAR,
        "Wait",
        "all-slots-taken",
        position=3,
        told_low_s=50.0,
        told_high_s=150.0,
        told_point_s=100.0,
        waited_s=70.0,
        ended=WaitEnding.ADMITTED,
    )
    await SqlAdmissions(database).keep([waited])
    await database.close()


def test_a_call_is_shown_with_what_was_said_and_where_the_time_went(state_dir: Path) -> None:
    migrate(state_dir)
    asyncio.run(_write(state_dir))
    code, shown, _ = run("calls", "show", "node1-2.2")
    assert code == 0
    assert "what are your hours" in shown
    assert "We are open until six. (cut off by the caller)" in shown
    assert "fact, endpointing 200 ms, recognition 130 ms" in shown
    assert "number 3 in line, told 50 to 150 s, waited 70 s, admitted" in shown
    told = json.loads(run("calls", "show", "node1-2.2", "--json")[1])
    assert told["admissions"][0]["reason"] == "all-slots-taken"
    assert told["outcome"] == "resolved"
    assert told["turns"][0]["timings"]["total_ms"] == 430
    assert told["started_at"] == "2026-11-20T12:00:00+00:00"


def test_a_call_that_is_not_on_record_is_said_to_be_none(state_dir: Path) -> None:
    migrate(state_dir)
    code, _, told = run("calls", "show", "nobody")
    assert (code, told) == (1, "No call nobody is on record.\n")


def test_without_a_database_the_command_says_what_to_do(state_dir: Path) -> None:
    with pytest.raises(StoreError, match="there is no database yet; set-up makes it"):
        CliRunner().invoke(app, ["calls", "list"], catch_exceptions=False)


def test_the_process_outlives_an_outage_of_the_database_and_ends_when_told(
    state_dir: Path,
) -> None:
    write_cdrs(state_dir, cdr_line("node1-1.1"))
    program = (
        "import typer; from voicebot.commands import records;"
        "app = typer.Typer(); records.register(app); app(['records'])"
    )
    log = state_dir / "records.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", program], stdout=output, stderr=output, env=os.environ
        )
    try:
        until(lambda: "records.round_failed" in log.read_text(), "the outage is told", LIMIT_S)
        migrate(state_dir)
        until(
            lambda: "node1-1.1" in run("calls", "list", "--json")[1],
            "the call is on record",
            LIMIT_S,
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LIMIT_S) == 0
        assert "records.stopped" in log.read_text()
    finally:
        process.kill()
        process.wait()
