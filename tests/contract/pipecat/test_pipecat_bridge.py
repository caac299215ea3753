"""The bridge to pipecat with the real pipecat and its OpenAI service."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from pipecat.frames.frames import EndWorkerFrame, TTSSpeakFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService

from tests.contract.pipecat.model_server import function_call, model_server, words
from tests.fakes.played_agent import PlayedTools
from tests.fakes.sample_business import a_business
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.dialogue.agent import EndCall, HandOver, Say, Step, Turn
from voicebot.dialogue.history import Exchange
from voicebot.errors import InferenceRefused
from voicebot.examples.pipecat_bridge import PipecatAgent, StepFrame

FACTS = CallFacts(CallId("node1-1.1"), ChannelId("node1-1.1"), "+12025550123", "1000", "ulaw")
LIMIT_S = 10.0


class Agent(PipecatAgent):
    def __init__(self, url: str) -> None:
        super().__init__(a_business())
        self.url = url

    def processors(self, turn: Turn) -> Sequence[FrameProcessor]:
        settings = OpenAILLMService.Settings(model="test", system_instruction="Be brief.")
        return [OpenAILLMService(api_key="none", base_url=self.url, settings=settings)]

    def functions(self, turn: Turn) -> Sequence[Callable[..., Any]]:
        async def opens_at(params: FunctionCallParams, day: str) -> None:
            """When do we open?

            Args:
                day: of the week
            """
            await params.llm.push_frame(TTSSpeakFrame("One moment."))
            await turn.tools.leave_message("", "", day)
            # Long enough for everything else in the pipeline to come to rest.
            for _ in range(1000):
                await asyncio.sleep(0)
            await params.result_callback({"opens": "nine"})

        async def hand_over(params: FunctionCallParams) -> None:
            """Give the caller to the workshop."""
            await params.llm.push_frame(StepFrame(HandOver("workshop")))
            await params.result_callback(None)

        async def end_call(params: FunctionCallParams) -> None:
            """Say goodbye."""
            await params.llm.push_frame(TTSSpeakFrame("Goodbye."))
            await params.llm.push_frame(EndWorkerFrame(), FrameDirection.UPSTREAM)
            await params.result_callback(None)

        return [opens_at, hand_over, end_call]


def a_turn(heard: str = "When do you open?", *history: Exchange) -> Turn:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Turn(FACTS, heard, "", at, history, tools=PlayedTools())


async def answered(url: str, turn: Turn) -> list[Step]:
    async with asyncio.timeout(LIMIT_S):
        return [step async for step in Agent(url).answer(turn)]


async def test_each_sentence_is_spoken_as_soon_as_it_is_known() -> None:
    async with model_server(words("We open at nine. We close at six.")) as model:
        model.may_finish.clear()
        steps = Agent(model.url).answer(a_turn())
        async with asyncio.timeout(LIMIT_S):
            assert await anext(steps) == Say("We open at nine.")
            model.may_finish.set()
            assert [step async for step in steps] == [Say("We close at six.")]


async def test_the_model_knows_what_was_heard_and_no_more() -> None:
    heard = Exchange("Are you open?", "Yes, until")
    async with model_server(words("Six.")) as model:
        await answered(model.url, a_turn("Until when?", heard))
    assert [(message["role"], message["content"]) for message in model.asked[0]] == [
        ("system", "Be brief."),
        ("user", "Are you open?"),
        ("assistant", "Yes, until"),
        ("user", "Until when?"),
    ]


async def test_the_model_speaks_again_once_it_knows_what_a_function_gave() -> None:
    turn = a_turn()
    async with model_server(function_call("opens_at", day="Monday"), words("At nine.")) as model:
        steps = await answered(model.url, turn)
    assert steps == [Say("One moment."), Say("At nine.")]
    assert isinstance(turn.tools, PlayedTools)
    assert turn.tools.messages == [("", "", "Monday")]
    assert model.asked[1][-1]["content"] == '{"opens": "nine"}'


@pytest.mark.parametrize(
    ("name", "steps"),
    [("hand_over", [HandOver("workshop")]), ("end_call", [Say("Goodbye."), EndCall()])],
)
async def test_a_function_may_be_the_end_of_the_answer(name: str, steps: list[Step]) -> None:
    async with model_server(function_call(name)) as model:
        assert await answered(model.url, a_turn()) == steps


async def test_an_interruption_stops_the_model_and_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    async with model_server(words("We open at nine. We close")) as model:
        model.may_finish.clear()
        said: asyncio.Queue[Step] = asyncio.Queue()

        async def answer() -> None:
            async for step in Agent(model.url).answer(a_turn()):
                said.put_nowait(step)

        answering = asyncio.create_task(answer())
        async with asyncio.timeout(LIMIT_S):
            assert await said.get() == Say("We open at nine.")
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering
            await model.given_up.wait()
    assert asyncio.all_tasks() - before == set()
    assert said.empty()


async def test_a_server_that_is_away_is_owned_up_to() -> None:
    with pytest.raises(InferenceRefused, match="pipecat"):
        await answered("http://127.0.0.1:9/v1", a_turn())
