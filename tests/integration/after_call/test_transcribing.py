import asyncio
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_voicemail
from tests.fakes.worker import FakeWorker
from tests.integration.shared_state.redis_server import RedisServer
from voicebot.after_call.transcribing import Transcribing
from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.errors import InferenceError
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.recognizer import WorkerRecognizer
from voicebot.ports import Recognizer
from voicebot.store.engine import Database
from voicebot.store.messages import SqlMessages
from workers.contract import Reply, ReplyKind, Stage, stage_key

CALL = CallId("node1-1.1")
LATER = NOON + timedelta(minutes=1)


def record(state_dir: Path, call_id: str, *, length_s: float = 2, rate_hz: int = 8_000) -> None:
    """As Asterisk's Record leaves it."""
    path = state_dir / f"asterisk/spool/voicemail/{call_id}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(0).normal(0, 3_000, int(length_s * rate_hz)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())


@asynccontextmanager
async def recognizer(url: str) -> AsyncIterator[Recognizer]:
    async with InferenceGateway(url, "records-node1") as gateway:
        yield WorkerRecognizer(gateway)


class Desk:
    """The messages, who hears them, and the worker who understands them."""

    def __init__(
        self,
        database: Database,
        redis: Redis,
        url: str,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        state_dir: Path,
    ) -> None:
        self.messages = SqlMessages(database)
        self.worker = FakeWorker(redis, Stage.STT)
        self.redis = redis
        self.transcribing = Transcribing(
            self.messages, partial(recognizer, url), businesses, state_dir, "node1"
        )

    async def worker_comes(self) -> None:
        """And drops what was given up before it came, as a worker does."""
        await self.redis.delete(Stage.STT.value)
        await self.redis.set(stage_key(Stage.STT), b"")

    async def understand(self, *texts: str) -> list[dict[str, object]]:
        """One round, in which the worker understands these words of one piece after another."""
        asked = []
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.transcribing.run(LATER))
            for text in texts:
                work = await self.worker.take()
                asked.append(work)
                await self.worker.answer(work, Reply("", ReplyKind.TRANSCRIPT, text=text))
        return asked

    async def words(self, call_id: CallId = CALL) -> str | None:
        (kept,) = await self.messages.of_call(call_id)
        return kept.message.text if kept.is_transcribed else None


@pytest.fixture
def desk(
    database: Database,
    redis: Redis,
    after_call_server: RedisServer,
    businesses: Callable[[], Awaitable[Sequence[Business]]],
    tmp_path: Path,
) -> Desk:
    return Desk(database, redis, after_call_server.url, businesses, tmp_path)


async def test_a_voicemail_is_heard_with_the_full_window_in_the_businesss_language(
    desk: Desk, tmp_path: Path
) -> None:
    record(tmp_path, CALL)
    await desk.messages.leave(a_voicemail())
    await desk.worker_comes()
    (work,) = await desk.understand("Please call me back.")
    assert await desk.words() == "Please call me back."
    assert (work["accurate"], work["language"], work["encoding"]) == (True, "en", "slin")
    assert work["hint"] == "tandem, Harbor Street"
    await desk.transcribing.run(LATER)  # there is nothing more to do


async def test_a_long_voicemail_is_heard_piece_by_piece(desk: Desk, tmp_path: Path) -> None:
    record(tmp_path, CALL, length_s=30)
    await desk.messages.leave(a_voicemail())
    await desk.worker_comes()
    await desk.understand("It squeaks.", "All the time.")
    assert await desk.words() == "It squeaks. All the time."


async def test_a_voicemail_waits_until_there_is_somebody_to_hear_it(
    desk: Desk, tmp_path: Path
) -> None:
    record(tmp_path, CALL)
    await desk.messages.leave(a_voicemail())
    with pytest.raises(InferenceError):
        await desk.transcribing.run(NOON)
    await desk.transcribing.run(NOON)  # it is not tried again at once
    assert await desk.words() is None
    await desk.worker_comes()
    await desk.understand("Here I am.")
    assert await desk.words() == "Here I am."


async def test_one_that_cannot_be_heard_does_not_keep_the_others_waiting(
    desk: Desk, tmp_path: Path
) -> None:
    other = CallId("node1-2.2")
    for call_id in (CALL, other):
        record(tmp_path, call_id)
    await desk.messages.leave(a_voicemail())
    await desk.messages.leave(a_voicemail(other, taken_at=NOON + timedelta(seconds=1)))
    await desk.worker_comes()

    async def refuse() -> None:
        work = await desk.worker.take()
        await desk.worker.answer(work, Reply("", ReplyKind.FAILED, reason="engine-failed"))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(refuse())
        with pytest.raises(InferenceError):
            await desk.transcribing.run(LATER)
    await desk.understand("I am the other one.")
    assert await desk.words(other) == "I am the other one."
    assert await desk.words() is None


@pytest.mark.parametrize("content", [None, b"", b"RIFF but not really", "wrong rate"])
async def test_a_recording_that_is_none_has_no_words(
    desk: Desk, tmp_path: Path, content: bytes | str | None
) -> None:
    record(tmp_path, CALL, rate_hz=44_100)
    path = tmp_path / f"asterisk/spool/voicemail/{CALL}.wav"
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    await desk.messages.leave(a_voicemail())
    await desk.transcribing.run(LATER)
    assert await desk.words() == ""


async def test_what_another_node_recorded_is_left_to_that_node(desk: Desk) -> None:
    other = CallId("node2-1.1")
    await desk.messages.leave(a_voicemail(other))
    await desk.transcribing.run(LATER)
    assert await desk.words(other) is None


async def test_card_numbers_are_masked_also_in_what_was_said_to_the_voicemail(
    desk: Desk, tmp_path: Path
) -> None:
    record(tmp_path, CALL)
    await desk.messages.leave(a_voicemail())
    await desk.worker_comes()
    await desk.understand("My card is 4111 1111 1111 1111.")
    words = await desk.words()
    assert words is not None
    assert "1111" not in words
