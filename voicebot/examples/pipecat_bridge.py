"""Has a pipecat pipeline answer the turns of a call.

Only text goes through it: the caller's words in, the words to speak out. A pipeline serves one
turn, because pipecat's context holds what was generated and ours what was heard, and because a
turn that is interrupted must leave nothing behind. Needs the package pipecat-ai; docs/agents.md
says what fits and what does not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from loguru import logger
from pipecat.frames import frames as pipe
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.utils.errors import ErrorCategory
from pipecat.workers.runner import WorkerRunner

from voicebot.dialogue.agent import EndCall, Say, Step, Turn, VoiceAgent
from voicebot.dialogue.phrases import PhraseSplitter
from voicebot.errors import InferenceRefused

# It logs every prompt, and with it what callers say.
logger.disable("pipecat")


@dataclass
class StepFrame(pipe.DataFrame):  # type: ignore[misc]  # pipecat is not where types are checked
    """A step of ours from within the pipeline: a hand-over, how to listen."""

    step: Step


class PipecatAgent(VoiceAgent):
    """Derive from it and give `processors`."""

    def processors(self, turn: Turn) -> Sequence[FrameProcessor]:
        """The language model's service and whatever stands around it, new for each turn."""
        raise NotImplementedError(f"{type(self).__name__} must name its processors")

    def functions(self, turn: Turn) -> Sequence[Callable[..., Any]]:
        """What the model may call, as pipecat's direct functions; `turn.tools` is at hand.

        One with effects of its own begins with `await turn.tools.caller_has_finished()`.
        """
        return ()

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        context = LLMContext(_messages(turn), tools=list(self.functions(turn)))
        splitter, calls, is_broken = PhraseSplitter(), set[str](), False
        async with _pipeline(context, self.processors(turn)) as (worker, frames):
            end = pipe.PipelineFlushFrame()
            await worker.queue_frames([pipe.LLMRunFrame(), end])
            while True:
                match await frames.get():
                    case pipe.TTSSpeakFrame(text=text):
                        yield Say(text)
                    case pipe.TextFrame(text=text) as piece:
                        space = "" if piece.includes_inter_frame_spaces else " "
                        for phrase in splitter.receive(text + space):
                            yield Say(phrase)
                    case pipe.LLMFullResponseEndFrame():
                        for phrase in splitter.finish():
                            yield Say(phrase)
                    case StepFrame(step=step):
                        yield step
                    case pipe.FunctionCallsStartedFrame(function_calls=started):
                        calls |= {call.tool_call_id for call in started}
                    case pipe.FunctionCallResultFrame() | pipe.FunctionCallCancelFrame() as over:
                        calls.discard(over.tool_call_id)
                        # The model may now speak again: that, too, is part of the answer.
                        end = pipe.PipelineFlushFrame()
                        await worker.queue_frame(end)
                    case pipe.ErrorFrame(category=category):
                        # Of a function that failed the model knows, and answers accordingly.
                        is_broken |= category is not ErrorCategory.APPLICATION
                    case pipe.PipelineFlushFrame(returning=True) as probe:
                        if probe.flush_id == end.flush_id and not calls:
                            break
                    case pipe.EndFrame():
                        yield EndCall()
                        break
        if is_broken:
            raise InferenceRefused("pipecat", "error-frame")


def _messages(turn: Turn) -> list[dict[str, str]]:
    said = [
        {"role": role, "content": words}
        for exchange in turn.history
        for role, words in (("user", exchange.heard), ("assistant", exchange.said))
        if words
    ]
    return [
        *said,
        {"role": "user", "content": turn.heard or turn.keys or "(Nobody took the call.)"},
    ]


class _Tap(FrameProcessor):  # type: ignore[misc]
    """Copies what passes in one direction."""

    def __init__(self, direction: FrameDirection, frames: asyncio.Queue[pipe.Frame]) -> None:
        super().__init__()
        self._tapped, self._copies = direction, frames

    async def process_frame(self, frame: pipe.Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is self._tapped:
            await self._copies.put(frame)
        await self.push_frame(frame, direction)


@asynccontextmanager
async def _pipeline(
    context: LLMContext, processors: Sequence[FrameProcessor]
) -> AsyncIterator[tuple[PipelineWorker, asyncio.Queue[pipe.Frame]]]:
    """Runs until it is left, also by an interruption: then all that it waits for is cancelled."""
    frames: asyncio.Queue[pipe.Frame] = asyncio.Queue(maxsize=64)
    # Without these strategies it loads a model of its own to find the end of a turn.
    turns = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
    user, assistant = LLMContextAggregatorPair(context, user_params=turns)
    errors = _Tap(FrameDirection.UPSTREAM, frames)
    words = _Tap(FrameDirection.DOWNSTREAM, frames)
    worker = PipelineWorker(
        Pipeline([errors, user, *processors, words, assistant]),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
        cancel_timeout_secs=1.0,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield worker, frames
    finally:
        await runner.cancel()
        await running
