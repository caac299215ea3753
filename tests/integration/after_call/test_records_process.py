"""The process beside Asterisk, whole: killed in mid-work, it loses nothing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from redis.asyncio import Redis

from tests.fakes.sample_business import content
from tests.fakes.worker import FakeWorker
from tests.integration.after_call.test_transcribing import record
from tests.integration.hooks.receivers import (
    MailReceiver,
    WebReceiver,
    mail_receiver,
    web_receiver,
)
from tests.integration.shared_state.redis_server import RedisServer
from tests.unit.calls.test_salvage import a_context
from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.session import CallContext, dump_context
from voicebot.shared_state.keys import call_context
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database
from workers.contract import Reply, ReplyKind, Stage, stage_key

LIMIT_S = 30.0
PROGRAM = (
    "import typer; from voicebot.commands import records;"
    "app = typer.Typer(); records.register(app); app(['records'])"
)
CALL = CallId("node1-1.1")


@dataclass(slots=True)
class Node:
    """The state beside one Asterisk, and the process that works on it."""

    state_dir: Path
    environment: dict[str, str]
    web: WebReceiver
    mail: MailReceiver

    def call_ended(self, call_id: str, **columns: str) -> None:
        ended_at = datetime.now(UTC) - timedelta(seconds=20)
        file = self.state_dir / CDR_FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            opened.write(
                cdr_line(call_id, ended_at=ended_at, lasted_s=10, did="1000", **columns) + "\n"
            )

    @contextmanager
    def process(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.state_dir / "records.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-u", "-c", PROGRAM],
                stdout=log,
                stderr=log,
                env=os.environ | self.environment,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def log(self) -> str:
        return (self.state_dir / "records.log").read_text()


def context_of(call_id: CallId, number: str, *, took_leave: bool = False) -> CallContext:
    """As the agent of that call saved it at its last step."""
    saved = a_context(took_leave=took_leave)
    facts = replace(
        saved.facts,
        call_id=call_id,
        channel_id=ChannelId(call_id),
        caller_number=number,
        called_number="1000",
    )
    return replace(saved, facts=facts)


@pytest.fixture
async def node(
    database_url: str, after_call_server: RedisServer, redis: Redis, tmp_path: Path
) -> AsyncIterator[Node]:
    async with web_receiver(503, 204) as web:
        with mail_receiver() as mail:
            notify = {"webhook": web.url, "email": "desk@lakeside.example"}
            business = tmp_path / "business.yaml"
            business.write_text(yaml.safe_dump(content(notify=notify)))
            environment = {
                "VOICEBOT_STATE_DIR": str(tmp_path),
                "VOICEBOT_DATABASE_URL": database_url,
                "VOICEBOT_REDIS_ADDRESS": f"127.0.0.1:{after_call_server.port}",
                "VOICEBOT_REDIS_PASSWORD": "",
                "VOICEBOT_BUSINESS_FILE": str(business),
                "VOICEBOT_NODE_NAME": "node1",
                "VOICEBOT_WEBHOOK_SECRET": "chosen",
                "VOICEBOT_SMTP_URL": mail.url,
            }
            yield Node(tmp_path, environment, web, mail)


async def until(node: Node, look: object, what: str) -> None:
    """Polls, and lets the receivers, which live in this loop, work meanwhile."""
    assert callable(look)
    try:
        async with asyncio.timeout(LIMIT_S):
            while True:
                found = look()
                if await found if asyncio.iscoroutine(found) else found:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(f"not within {LIMIT_S:g} s: {what}\n{node.log()}")


async def test_a_voicemail_survives_a_kill_and_is_passed_on_with_its_words(
    node: Node, redis: Redis
) -> None:
    await redis.set(stage_key(Stage.STT), b"")
    worker = FakeWorker(redis, Stage.STT)
    record(node.state_dir, CALL)
    voicemail = f"voicemail/{CALL}.wav"
    with node.process() as process:
        node.call_ended(CALL, voicemail=voicemail, voicemail_s="2")
        await worker.take()
        process.send_signal(signal.SIGKILL)  # while somebody listens to the recording
    with node.process() as process:
        work = await worker.take()
        words = "Please call me back about the blue one."
        await worker.answer(work, Reply("", ReplyKind.TRANSCRIPT, text=words))
        await until(node, lambda: len(node.web.requests) >= 2, "the web server is told")
        await until(node, lambda: node.mail.mails, "the mail server is told")
        process.send_signal(signal.SIGTERM)
        await until(node, lambda: process.poll() == 0, "the process ends")
    refused, taken = node.web.requests[:2]  # the first time it answered 503
    assert refused.headers["webhook-id"] == taken.headers["webhook-id"]
    assert json.loads(taken.body)["data"]["text"] == words
    assert words in node.mail.mails[0].get_content()
    assert "blue" not in node.log()
    assert "+1555" not in node.log()


async def test_a_call_whose_agent_was_killed_is_on_record_with_every_word(
    node: Node, redis: Redis, database: Database
) -> None:
    served = CallId("node1-3.3")
    await redis.set(call_context(CALL), dump_context(context_of(CALL, "+15550101")))
    left = context_of(served, "+15550103", took_leave=True)
    await redis.set(call_context(served), dump_context(left))
    answered = f"{(datetime.now(UTC) - timedelta(seconds=30)).timestamp():.6f}"
    node.call_ended(CALL, handled_by="agent", answer=answered, caller_number="+15550101")
    node.call_ended("node1-2.2", caller_number="+15550102")
    node.call_ended(served, handled_by="agent", answer=answered, caller_number="+15550103")

    async def is_salvaged() -> bool:
        found = await SqlCallRecords(database).find(CALL)
        return found is not None and len(found.turns) == 2

    async def are_waiting() -> bool:
        return len(await SqlCallbackRequests(database).waiting(10)) == 2

    with node.process():
        await until(node, is_salvaged, "the call is salvaged")
        await until(node, are_waiting, "both callers wait to be rung back")
    assert await redis.get(call_context(CALL)) is None
    # Who had taken leave before the agent died is not among them.
    kept = await SqlCallbackRequests(database).waiting(10)
    assert {one.request.call_id for one in kept} == {CALL, "node1-2.2"}


async def test_without_redis_calls_are_put_on_record_and_messages_passed_on_all_the_same(
    node: Node, database: Database
) -> None:
    node.environment["VOICEBOT_REDIS_ADDRESS"] = "127.0.0.1:1"
    node.call_ended("node1-2.2", caller_number="+15550102")

    async def is_waiting() -> bool:
        return len(await SqlCallbackRequests(database).waiting(10)) == 1

    with node.process():
        await until(node, is_waiting, "the caller waits to be rung back")
