"""Asks an agent in writing: the same agent, facts, models and replies as on a call, without one.

Nothing is done or kept beside what a model replied; an agent that wants more gets an error.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Never

from pydantic import JsonValue

from voicebot.agents.desk import Desk
from voicebot.agents.phrase_stream import phrases_of
from voicebot.agents.retrieval import nearest_facts
from voicebot.calls.model import CallFacts, CallId, ChannelId, Route
from voicebot.dialogue.agent import EndCall, HandOver, Say, Turn
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.phrases import split
from voicebot.dialogue.routing import Conditions
from voicebot.errors import ActionFailed, StoreError
from voicebot.ports import MeaningEncoder, ReplyMemory, Responder
from voicebot.queueing.callback_windows import LocalWindow

REPLY_DEADLINE_S = 10.0
ASKING = CallFacts(CallId("asking"), ChannelId("asking"), "", "", "ulaw")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question."""

    said: tuple[str, ...]
    route: Route | None
    found_id: str | None  # the fact told or action begun
    offered_id: str | None  # the fact or action that the caller is asked about
    model_runs: int
    phrases: tuple[str, ...]  # of what was said, as they are made into speech


@dataclass(slots=True)
class _WrittenTools:
    """Fulfils `dialogue.agent.Tools`."""

    desk: Desk
    meaning: MeaningEncoder
    responder: Responder
    replies: ReplyMemory
    candidates: Sequence[Candidate] = ()
    model_runs: int = 0
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def facts(self, text: str) -> Sequence[Candidate]:
        self.candidates = await nearest_facts(self.meaning, self.desk.facts, text)
        return self.candidates

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.model_runs += 1
        pieces = self.responder.respond(
            ASKING.call_id,
            messages,
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
            pool=pool,
            deadline_s=REPLY_DEADLINE_S,
        )
        async with aclosing(phrases_of(pieces)) as phrases:
            async for phrase in phrases:
                yield phrase

    def conditions(self) -> Conditions:
        return Conditions(pools=self.responder.pools(), preferred_pool=self.desk.business.pools.llm)

    async def recall(self, text: str) -> Sequence[str]:
        (vector,) = await self.meaning.encode([text])
        return await self.replies.recall(self.desk.business, vector, text)

    async def keep_reply(self, text: str, phrases: Sequence[str]) -> None:
        (vector,) = await self.meaning.encode([text])
        self.replies.keep(self.desk.business, vector, text, phrases, self.finished)

    async def caller_has_finished(self) -> None:
        return

    async def leave_message(self, name: str, callback_number: str, text: str) -> Never:
        raise StoreError("nothing is kept in writing")

    async def request_callback(self, number: str, window: LocalWindow | None = None) -> Never:
        raise StoreError("nothing is kept in writing")

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> Never:
        raise ActionFailed("nothing is posted in writing")


async def ask(
    desk: Desk,
    heard: str,
    at: datetime,
    *,
    meaning: MeaningEncoder,
    responder: Responder,
    replies: ReplyMemory,
) -> Asked:
    """The first thing that a caller says; raises InferenceError."""
    tools = _WrittenTools(desk, meaning, responder, replies)
    tools.finished.set()
    turn = Turn(call=ASKING, heard=heard, keys="", at=at, history=(), tools=tools)
    steps = [step async for step in desk.agent.answer(turn)]
    said = [step for step in steps if isinstance(step, Say)]
    offered = turn.memory.get("offered")
    route = next((say.route for say in said if say.route is not None), None)
    found_id = next((say.fact_id for say in said if say.fact_id is not None), None)
    goes_on = turn.memory.keys() - {"offered"} or any(isinstance(step, HandOver) for step in steps)
    if found_id is None and offered is None and goes_on and tools.candidates:
        found_id = tools.candidates[0].fact_id
    is_over = any(isinstance(step, EndCall) for step in steps)
    return Asked(
        said=tuple(say.text for say in said),
        route=route,
        found_id="goodbye" if is_over else found_id,
        offered_id=offered if isinstance(offered, str) else None,
        model_runs=tools.model_runs,
        phrases=tuple(phrase for say in said for phrase in split(say.text)),
    )
