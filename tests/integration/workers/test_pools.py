"""Two pools of language models: the packaged one, and a server's in the place of a large one."""

import asyncio
import importlib.util
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.fakes.played_agent import PlayedTools
from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON
from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.integration.workers.worker_process import WorkerProcess, worker_process
from tests.polling import tasks_until
from tests.stack_fixture import need
from voicebot.calls.model import CallFacts, CallId, ChannelId, Route, Tier
from voicebot.dialogue.agent import Say, Turn
from voicebot.dialogue.free_talk import FreeTalk
from voicebot.dialogue.routing import LARGE_POOL, SMALL_POOL, Conditions, Why
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.responder import WorkerResponder
from workers.contract import Stage

CALL = CallId("node1-1.1")
LOVELY = "That sounds lovely!"
# The packaged model makes up a figure for it, which is withheld.
ASKED = [{"role": "user", "content": "Say the numbers from one to five."}]


class LargeModel(ThreadingHTTPServer):
    """Says one thing, or nothing at all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.is_silent = threading.Event()
        self.asked = 0


class _Answers(BaseHTTPRequestHandler):
    server: LargeModel

    def do_GET(self) -> None:
        self._begin("application/json")
        self.wfile.write(json.dumps({"data": [{"id": "large"}]}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        self._begin("text/event-stream")
        if self.server.is_silent.is_set():
            threading.Event().wait(30)
        chunk = {"choices": [{"delta": {"content": LOVELY}}]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: tests have their own."""


@contextmanager
def large_model() -> Iterator[LargeModel]:
    server = LargeModel()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
async def pools(
    tmp_path: Path,
) -> AsyncIterator[tuple[RedisServer, WorkerProcess, WorkerProcess, LargeModel]]:
    """The stage's own worker, and that of the large pool."""
    need("xllamacpp", is_there=importlib.util.find_spec("xllamacpp") is not None)
    with large_model() as model, redis_server(tmp_path) as server:
        url = f"http://127.0.0.1:{model.server_port}/v1"
        settings = {"VOICEBOT_POOLS": json.dumps({LARGE_POOL: {"llm_url": url, "llm_slots": 2}})}
        with (
            worker_process(Stage.LLM, server, tmp_path) as small,
            worker_process(Stage.LLM, server, tmp_path, settings, LARGE_POOL) as large,
        ):
            small.wait_ready()
            large.wait_ready()
            yield server, small, large, model


async def replied(responder: WorkerResponder, pool: str) -> str:
    pieces = responder.respond(
        CALL, ASKED, max_tokens=12, temperature=0.0, deadline_s=20.0, pool=pool
    )
    return "".join([piece async for piece in pieces])


class _Tools(PlayedTools):
    """The workers' own conditions and replies."""

    responder: WorkerResponder

    def conditions(self) -> Conditions:
        return Conditions(pools=self.responder.pools())

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.pools.append(pool)
        async for piece in self.responder.respond(
            CALL, ASKED, max_tokens=12, temperature=0.0, deadline_s=20.0, pool=pool
        ):
            yield piece


async def test_work_goes_to_its_pool_on_to_the_large_one_and_back_when_that_is_gone(
    pools: tuple[RedisServer, WorkerProcess, WorkerProcess, LargeModel],
) -> None:
    server, _, large, model = pools
    async with InferenceGateway(server.url, "agent1") as gateway:
        responder = WorkerResponder(gateway)
        await tasks_until(lambda: LARGE_POOL in responder.pools(), "the large pool is seen")
        # Each pool has its own model; who wants the small one gets whoever does what comes.
        assert await replied(responder, LARGE_POOL) == LOVELY
        assert LOVELY not in await replied(responder, SMALL_POOL)

        # What the small one says may not be said: the large one is asked.
        tools = _Tools()
        tools.responder = responder
        facts = CallFacts(CALL, ChannelId(CALL), "", "1000", "ulaw")
        turn = Turn(call=facts, heard="I rode a bike.", keys="", at=NOON, history=(), tools=tools)
        said = [step async for step in FreeTalk(a_business(), ()).answer(turn, "offered")]
        assert tools.pools == [SMALL_POOL, LARGE_POOL]
        assert said == [Say(LOVELY, said[0].source, route=Route(Tier.LARGE, Why.WITHHELD))]

        # It dies with work in hand: the other one does it.
        model.is_silent.set()
        before = model.asked
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(replied(responder, LARGE_POOL))
            await tasks_until(lambda: model.asked > before, "the large one has the work")
            large.kill()
        assert asked.result()
        assert LOVELY not in asked.result()
        assert LARGE_POOL not in responder.pools()
