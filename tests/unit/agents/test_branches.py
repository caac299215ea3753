"""Answers are prepared for what will probably be said, and used only if it is."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

import pytest
from pydantic import JsonValue

from tests.fakes.call_services import STARTED_AT, Outside
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import settle
from voicebot.agents.services import CallServices
from voicebot.agents.thinking import Thinking
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import (
    AnswerSource,
    CallFacts,
    CallId,
    ChannelId,
    ReplyId,
    TurnRecord,
    UtteranceId,
)
from voicebot.dialogue.agent import EndCall, Say, Step, Turn, VoiceAgent
from voicebot.dialogue.history import Exchange
from voicebot.turns.speculation import Preparations

FACTS = CallFacts(CallId("node1-1.1"), ChannelId("node1-1.1"), "+12025550123", "1000", "ulaw")
BEFORE = Exchange("Book it.", "Shall I?")
LAST = TurnRecord(1, BEFORE.heard, BEFORE.said, BEFORE.said, False, AnswerSource.SCRIPT, STARTED_AT)
R1 = ReplyId("2.1")


class Asker(VoiceAgent):
    """Has asked something, and has a model's word for each reply."""

    def foresees(self, memory: Mapping[str, JsonValue]) -> Sequence[str]:
        return ("Yes.", "No.") if memory.get("asked") else ()

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        turn.memory["asked"] = False
        said = [phrase async for phrase in turn.tools.respond([], max_tokens=9, temperature=0.0)]
        yield Say(f"{turn.heard} {' '.join(said)}")
        if turn.heard.startswith("No"):
            yield EndCall()


class Scene:
    """One call that has asked, and waits for the reply."""

    def __init__(self, outside: Outside, tasks: asyncio.TaskGroup) -> None:
        outside.agent = Asker(outside.business)
        self.outside = outside
        self.services: CallServices = outside.services()
        self.events: list[on.CallEvent] = []
        self.preparations = Preparations()
        self.desk = outside.desk()
        self.thinking = Thinking(
            self.services,
            self.desk,
            FACTS,
            Encoding.ULAW,
            tasks,
            self.events.append,
            self.preparations,
        )

    def next_turn(self, heard: str = "", *, is_provisional: bool = False) -> do.Think:
        return do.Think(
            reply_id=R1,
            heard=heard,
            utterances=(UtteranceId("u2"),),
            keys="",
            at=STARTED_AT,
            history=(BEFORE,),
            last=LAST,
            memory={"asked": True},
            is_provisional=is_provisional,
        )

    @property
    def steps(self) -> list[Step]:
        return [event.step for event in self.events if isinstance(event, on.Stepped)]

    async def foresee(self) -> None:
        self.outside.responder.script += [["Good."], ["A pity."]]
        self.thinking.foresee(self.next_turn())
        await settle()


@pytest.fixture
async def scene(outside: Outside, tasks: asyncio.TaskGroup) -> AsyncIterator[Scene]:
    scene = Scene(outside, tasks)
    yield scene
    scene.thinking.close()


async def test_the_branch_that_was_foreseen_answers_without_another_model_run(scene: Scene) -> None:
    await scene.foresee()
    asked = len(scene.outside.responder.asked)
    scene.thinking.think(scene.next_turn("Yeah."), b"")
    await settle()
    assert scene.steps == [Say("Yes. Good.")]
    assert len(scene.outside.responder.asked) == asked == 2
    assert scene.events[-1] == on.ThinkingDone(R1, {"asked": False})
    assert scene.preparations == Preparations(helped=1, wasted=1, foreseen=1)


async def test_its_first_phrase_is_speech_already(scene: Scene) -> None:
    await scene.foresee()
    assert scene.outside.synthesizer.asked == ["Yes.", "No. A pity."]


async def test_speech_that_is_at_hand_is_not_made_again(scene: Scene) -> None:
    scene.outside.synthesizer.at_hand = {"Yes."}
    await scene.foresee()
    assert scene.outside.synthesizer.asked == ["No. A pity."]


async def test_nothing_of_a_branch_happens_before_its_words(scene: Scene) -> None:
    await scene.foresee()
    assert scene.events == []


async def test_who_says_something_else_is_answered_as_ever(scene: Scene) -> None:
    await scene.foresee()
    scene.outside.responder.script.append(["Maybe."])
    scene.thinking.think(scene.next_turn("Perhaps."), b"")
    await settle()
    assert scene.steps == [Say("Perhaps. Maybe.")]
    assert scene.preparations == Preparations(helped=0, wasted=2, foreseen=0)


async def test_what_is_wanted_done_waits_until_the_caller_has_surely_finished(scene: Scene) -> None:
    await scene.foresee()
    scene.thinking.think(scene.next_turn("Nope.", is_provisional=True), b"")
    await settle()
    assert scene.steps == [Say("No. A pity.")]
    scene.thinking.confirm()
    await settle()
    assert scene.steps == [Say("No. A pity."), EndCall()]


async def test_a_caller_who_did_not_hear_the_question_out_gets_no_branch_of_it(
    scene: Scene,
) -> None:
    await scene.foresee()
    scene.outside.responder.script.append(["Hm."])
    interrupted = replace(scene.next_turn("Yes."), history=(Exchange(BEFORE.heard, "Shall"),))
    scene.thinking.think(interrupted, b"")
    await settle()
    assert scene.steps == [Say("Yes. Hm.")]


async def test_a_branch_still_in_the_making_is_waited_for(scene: Scene) -> None:
    scene.outside.responder.script += [[FOREVER], [FOREVER]]
    scene.thinking.foresee(scene.next_turn())
    await settle()
    scene.thinking.think(scene.next_turn("Yes."), b"")
    await settle()
    assert scene.steps == []
    scene.thinking.cancel(R1)
    await settle()
    assert scene.outside.responder.closed_early == 2


async def test_a_branch_that_fails_costs_the_answer_nothing(scene: Scene) -> None:
    scene.outside.responder.script += [[RuntimeError("a bug")], ["A pity."]]
    scene.thinking.foresee(scene.next_turn())
    await settle()
    scene.outside.responder.script.append(["Good."])
    scene.thinking.think(scene.next_turn("Yes."), b"")
    await settle()
    assert scene.steps == [Say("Yes. Good.")]


async def test_while_others_wait_nothing_is_foreseen(scene: Scene) -> None:
    for _ in range(50):
        scene.services.speculation.queued(1_000)
    await scene.foresee()
    assert scene.outside.responder.asked == []


async def test_an_answer_is_foreseen_once(scene: Scene) -> None:
    await scene.foresee()
    scene.thinking.foresee(scene.next_turn())
    await settle()
    assert len(scene.outside.responder.asked) == 2


async def test_the_question_that_mostly_follows_is_foreseen(scene: Scene) -> None:
    first, second = (fact.id for fact in scene.outside.business.facts[:2])
    for _ in range(4):
        scene.desk.next_questions.asked(second, after=first)
    question = scene.outside.business.fact(second).questions[0]
    scene.outside.responder.script.append(["So it is."])
    told = replace(scene.next_turn(), last=replace(LAST, fact_id=first), memory={})
    scene.thinking.foresee(told)
    await settle()
    scene.thinking.think(replace(told, heard=question), b"")
    await settle()
    assert scene.steps == [Say(f"{question} So it is.")]


async def test_a_call_that_ends_leaves_no_branch(scene: Scene) -> None:
    scene.outside.responder.script += [[FOREVER], [FOREVER]]
    scene.thinking.foresee(scene.next_turn())
    await settle()
    scene.thinking.close()
    await settle()
    assert scene.outside.responder.closed_early == 2
    assert scene.preparations == Preparations(helped=0, wasted=2, foreseen=0)
