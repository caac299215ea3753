import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_message, a_request, a_voicemail
from voicebot.calls.model import CallbackReason, CallId
from voicebot.commands import callbacks, messages
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.engine import Database
from voicebot.store.messages import SqlMessages
from voicebot.store.outbox import SqlOutbox

app = typer.Typer()
callbacks.register(app)
messages.register(app)


class Desk:
    """The command line, and what is in the database behind it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, *arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.stdout, result.stderr

    def keep(self, *work: Callable[[Database], Awaitable[object]]) -> None:
        async def run() -> None:
            database = Database.open(self._url)
            for one in work:
                await one(database)
            await database.close()

        asyncio.run(run())


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")
    return Desk(database_url)


async def _leave_two(database: Database) -> None:
    await SqlMessages(database).leave(a_message(name="\x1b[31m[bold]Ada"))
    await SqlMessages(database).leave(a_voicemail("node1-2.2"))


async def _fail(database: Database) -> None:
    outbox = SqlOutbox(database)
    for due in await outbox.claim(NOON, 10):
        await outbox.failed(due, "http-503", NOON)


async def _ask_twice(database: Database) -> None:
    book = SqlCallbackRequests(database)
    await book.request(a_request("node1-1.1"))
    await book.request(a_request("node1-2.2", number="+15550199", reason=CallbackReason.MISSED))
    await book.close(CallId("node1-2.2"), CallbackStatus.DONE, NOON)


def test_messages_are_listed_as_they_are_and_no_terminal_obeys_them(desk: Desk) -> None:
    desk.keep(_leave_two)
    code, shown, _ = desk.run("messages", "list")
    assert code == 0
    assert "Please order the blue one." in shown
    assert "\ufffd[31m[bold]Ada" in shown
    assert "(not transcribed yet)" in shown
    listed = json.loads(desk.run("messages", "list", "--json")[1])
    assert {one["call_id"] for one in listed} == {"node1-1.1", "node1-2.2"}
    assert listed[0]["taken_at"] == "2026-11-20T12:00:00+00:00"


def test_a_message_is_shown_with_what_became_of_it(desk: Desk) -> None:
    desk.keep(_leave_two, _fail)
    code, shown, _ = desk.run("messages", "show", "node1-1.1")
    assert code == 0
    for part in ("+15550199", "Please order the blue one.", "waiting (http-503, 1 attempts)"):
        assert part in shown
    told = json.loads(desk.run("messages", "show", "node1-1.1", "--json")[1])
    assert told[0]["deliveries"][0]["state"] == "waiting"


def test_a_call_without_a_message_is_said_to_have_none(desk: Desk) -> None:
    code, _, told = desk.run("messages", "show", "nobody")
    assert (code, told) == (1, "No message was left on call nobody.\n")


def test_those_who_wait_are_listed_and_the_others_only_if_asked_for(desk: Desk) -> None:
    desk.keep(_ask_twice)
    shown = desk.run("callbacks", "list")[1]
    assert "+1 555 0100" in shown
    assert "+15550199" not in shown
    everyone = json.loads(desk.run("callbacks", "list", "--all", "--json")[1])
    assert {one["status"] for one in everyone} == {"waiting", "done"}


def test_a_number_is_put_on_the_do_not_call_list_and_taken_off_again(desk: Desk) -> None:
    assert desk.run("do-not-call", "add", "+1 555 0100", "--reason", "asked")[1] == "added\n"
    assert desk.run("do-not-call", "add", "+15550100")[1] == "is on the list already\n"
    assert "+1 555 0100" in desk.run("do-not-call", "list")[1]
    (listed,) = json.loads(desk.run("do-not-call", "list", "--json")[1])
    assert listed["reason"] == "asked"
    assert desk.run("do-not-call", "remove", "0015550100")[1] == "removed\n"
    code, _, told = desk.run("do-not-call", "remove", "+15550100")
    assert (code, told) == (1, "That number is not on the list.\n")


def test_what_is_no_number_is_not_put_on_the_list(desk: Desk) -> None:
    code, _, told = desk.run("do-not-call", "add", "alice")
    assert code == 2
    assert "no digits" in told
