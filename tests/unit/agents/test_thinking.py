"""How results of the workers, and the agent's steps, become events of the call."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET
from tests.fakes.script import FOREVER, After
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.thinker import R1, Thinker, a_turn
from voicebot.agents.thinking import ANSWER_DEADLINE_S
from voicebot.agents.tools import RETRIEVAL_DEADLINE_S, STORE_DEADLINE_S
from voicebot.calls import events as on
from voicebot.calls.model import (
    AnswerSource,
    Message,
    Outcome,
    Route,
    Tier,
)
from voicebot.dialogue.agent import EndCall, Say, Step, Turn, VoiceAgent
from voicebot.dialogue.routing import Why
from voicebot.errors import InferenceRefused, InferenceTimeout, StoreError

LATE = InferenceTimeout("stt", 4000)


async def test_a_fact_is_found_and_told(thinker: Thinker) -> None:
    thinker.thinking.think(a_turn("Where are you?"), b"")
    await settle()
    route = Route(Tier.FACT, Why.SURE)
    told = Say("We are at forty two Harbor Street.", AnswerSource.FACT, "address", route)
    assert thinker.events == [
        on.Retrieved(R1),
        on.Stepped(R1, told),
        on.ThinkingDone(R1, {}),
    ]


@pytest.mark.parametrize("result", [InferenceRefused("meaning", "broken"), FOREVER])
async def test_without_the_facts_the_conversation_goes_on(
    outside: Outside, thinker: Thinker, result: InferenceRefused
) -> None:
    outside.meaning.script.append(result)
    outside.responder.script.append(["That sounds lovely!"])
    thinker.thinking.think(a_turn("My day was lovely."), b"")
    await passes(RETRIEVAL_DEADLINE_S)
    assert thinker.said == ["That sounds lovely!"]


async def test_a_reply_is_told_phrase_by_phrase(outside: Outside, thinker: Thinker) -> None:
    outside.responder.script.append(["That sounds ", "lovely! ", After(1), "Anything else?"])
    thinker.thinking.think(a_turn("My day was lovely."), b"")
    await passes(0.5)
    assert thinker.said == ["That sounds lovely!"]
    await passes(1)
    assert thinker.said == ["That sounds lovely!", "Anything else?"]
    assert thinker.events[-1] == on.ThinkingDone(R1, {})


async def test_a_reply_that_fails_is_told(outside: Outside, thinker: Thinker) -> None:
    outside.responder.script.append(["That sounds lovely! ", InferenceTimeout("llm", 4000)])
    thinker.thinking.think(a_turn("My day was lovely."), b"")
    await settle()
    assert thinker.said == ["That sounds lovely!"]
    assert thinker.events[-1] == on.ThinkingFailed(R1, "inference-timeout")


async def test_a_cancelled_reply_is_cancelled_at_the_worker(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["That sounds ", FOREVER])
    thinker.thinking.think(a_turn("My day was lovely."), b"")
    await settle()
    thinker.thinking.cancel(R1)
    await settle()
    assert outside.responder.closed_early == 1
    assert thinker.said == []


async def test_a_reply_that_is_withheld_is_cancelled_at_the_worker(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["It costs five dollars. ", "That sounds lovely!", FOREVER])
    thinker.thinking.think(a_turn("Elephants?"), b"")
    await settle()
    assert thinker.said == [outside.business.phrases.unknown]
    assert outside.responder.closed_early == 1


async def test_what_is_not_under_way_can_be_cancelled_too(thinker: Thinker) -> None:
    thinker.thinking.cancel(R1)
    assert thinker.events == []


class Broken(VoiceAgent):
    """An agent with a bug."""

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        yield Say("One moment.")
        raise LookupError("a bug")


async def test_an_agents_own_bug_costs_one_answer(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = Broken(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(a_turn("Hello"), b"")
    await settle()
    assert thinker.said == ["One moment."]
    assert thinker.events[-1] == on.ThinkingFailed(R1, "agent-failed")


class Pondering(VoiceAgent):
    """An agent that never answers."""

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        await asyncio.Event().wait()
        yield Say("At last.")


async def test_an_agent_that_never_answers_is_given_up(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = Pondering(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(a_turn("Hello"), b"")
    await passes(ANSWER_DEADLINE_S)
    assert thinker.events == [on.ThinkingFailed(R1, "agent-timeout")]


class MessageTaker(VoiceAgent):
    """Takes whatever is said for a message."""

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        try:
            await turn.tools.leave_message("Ann", "2025550123", turn.heard)
        except StoreError:
            yield Say("Not kept.")
            return
        yield Say("Kept.")


async def test_a_message_is_kept_with_its_audio_before_it_is_promised(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = MessageTaker(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(a_turn("Call me. My card is 4242 4242 4242 4242."), QUIET)
    await settle()
    (message,) = outside.messages.left
    assert (message.name, message.callback_number, message.text) == (
        "Ann",
        "2025550123",
        "Call me. My card is [masked].",
    )
    assert message.recording == "messages/node1-1.1.wav"
    assert outside.messages.audio == [QUIET]
    assert thinker.events[0] == on.Promised(Outcome.MESSAGE_TAKEN)
    assert thinker.said == ["Kept."]


@pytest.mark.parametrize("failure", [StoreError("the database is away"), FOREVER])
async def test_what_cannot_be_kept_is_not_promised(
    outside: Outside, tasks: asyncio.TaskGroup, failure: StoreError
) -> None:
    outside.agent = MessageTaker(outside.business)
    outside.messages.failure = failure
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(a_turn("Call me."), QUIET)
    await passes(STORE_DEADLINE_S)
    assert thinker.said == ["Not kept."]


async def test_a_database_that_does_not_let_go_keeps_nobody_waiting(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = MessageTaker(outside.business)
    let_go = asyncio.Event()

    async def leave(message: Message) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            # As a thread that waits for SQLite's lock: nothing can interrupt it.
            await let_go.wait()

    outside.messages.leave = leave  # type: ignore[method-assign]
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(a_turn("Call me."), QUIET)
    await passes(STORE_DEADLINE_S)
    assert thinker.said == ["Not kept."]
    assert on.Promised(Outcome.MESSAGE_TAKEN) not in thinker.events
    let_go.set()


async def test_while_the_caller_may_go_on_nothing_is_kept(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = MessageTaker(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(replace(a_turn("Call me."), is_provisional=True), QUIET)
    await settle()
    assert (outside.messages.left, thinker.events) == ([], [])
    thinker.thinking.confirm()
    await settle()
    assert len(outside.messages.left) == 1
    assert thinker.said == ["Kept."]


async def test_what_was_prepared_for_a_caller_who_goes_on_is_never_kept(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = MessageTaker(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(replace(a_turn("Call me"), is_provisional=True), QUIET)
    await settle()
    thinker.thinking.cancel(R1)
    thinker.thinking.confirm()  # of the words that came after
    await settle()
    assert (outside.messages.left, thinker.events) == ([], [])


class Leaver(VoiceAgent):
    """Says goodbye."""

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        yield Say("Goodbye.")
        yield EndCall()


async def test_while_the_caller_may_go_on_words_are_prepared_and_nothing_is_done(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    outside.agent = Leaver(outside.business)
    thinker = Thinker(outside, tasks)
    thinker.thinking.think(replace(a_turn("Bye"), is_provisional=True), QUIET)
    await settle()
    assert thinker.events == [on.Stepped(R1, Say("Goodbye."))]
    thinker.thinking.confirm()
    await settle()
    assert thinker.events[1:] == [on.Stepped(R1, EndCall()), on.ThinkingDone(R1, {})]
