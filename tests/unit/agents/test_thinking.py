"""How results of the workers become events of the call."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.call_services import FOREVER, QUIET, After, Outside
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.thinking import RETRIEVAL_DEADLINE_S, Thinking
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallId, ReplyId, UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.errors import InferenceRefused, InferenceTimeout

U1, R1 = UtteranceId("u1"), ReplyId("1.1")
LATE = InferenceTimeout("stt", 4000)
REPLY = do.Reply(R1, ({"role": "user", "content": "Hello"},), 32, 0.0)


class Thinker:
    """Thinking at work within a call."""

    def __init__(self, outside: Outside, tasks: asyncio.TaskGroup) -> None:
        self.events: list[on.CallEvent] = []
        self.thinking = Thinking(outside.services(), CallId("node1-1.1"), tasks, self.events.append)


@pytest.fixture
async def thinker(outside: Outside) -> AsyncIterator[Thinker]:
    async with asyncio.TaskGroup() as tasks:
        yield Thinker(outside, tasks)


async def test_an_utterance_is_transcribed_in_the_business_s_language(
    outside: Outside, thinker: Thinker
) -> None:
    outside.recognizer.script.append("Where are you?")
    thinker.thinking.recognize(U1, QUIET, Encoding.ALAW)
    await settle()
    assert thinker.events == [on.Transcribed(U1, "Where are you?")]
    (asked,) = outside.recognizer.asked
    hint = {"encoding": Encoding.ALAW, "language": "en", "hint": "tandem, Harbor Street"}
    assert asked == (QUIET, hint)


@pytest.mark.parametrize("error", [LATE, InferenceRefused("stt", "no-engine")])
async def test_a_failed_recognition_is_told(
    outside: Outside, thinker: Thinker, error: InferenceTimeout | InferenceRefused
) -> None:
    outside.recognizer.script.append(error)
    thinker.thinking.recognize(U1, QUIET, Encoding.ULAW)
    await settle()
    assert thinker.events == [on.RecognitionFailed(U1, error.code)]


async def test_the_nearest_facts_are_found(thinker: Thinker) -> None:
    thinker.thinking.retrieve(R1, "Where are you?")
    await settle()
    (event,) = thinker.events
    assert isinstance(event, on.Retrieved)
    assert event.candidates[0] == Candidate("address", 1.0)


@pytest.mark.parametrize("result", [InferenceRefused("meaning", "broken"), FOREVER])
async def test_without_the_facts_the_conversation_goes_on(
    outside: Outside, thinker: Thinker, result: InferenceRefused
) -> None:
    outside.meaning.script.append(result)
    thinker.thinking.retrieve(R1, "Where are you?")
    await passes(RETRIEVAL_DEADLINE_S)
    assert thinker.events == [on.Retrieved(R1, ())]


async def test_a_reply_comes_in_phrases_and_then_is_finished(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["That is", " nice. How", " are you", "?"])
    thinker.thinking.reply(REPLY)
    await settle()
    assert thinker.events == [
        on.ReplyPhrase(R1, "That is nice."),
        on.ReplyPhrase(R1, "How are you?"),
        on.ReplyFinished(R1),
    ]
    assert outside.responder.asked == [REPLY.messages]


async def test_a_phrase_is_told_before_the_next_piece_is_there(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["That is nice. ", After(1.0), "Really."])
    thinker.thinking.reply(REPLY)
    await settle()
    assert thinker.events == [on.ReplyPhrase(R1, "That is nice.")]


async def test_a_reply_that_breaks_off_is_told_and_its_last_half_sentence_dropped(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["That is nice. It co", LATE])
    thinker.thinking.reply(REPLY)
    await settle()
    assert thinker.events == [
        on.ReplyPhrase(R1, "That is nice."),
        on.ReplyFailed(R1, LATE.code),
    ]


async def test_a_reply_no_longer_wanted_is_cancelled_at_its_worker(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["That is nice. ", FOREVER])
    thinker.thinking.reply(REPLY)
    await settle()
    thinker.events.clear()
    thinker.thinking.cancel(R1)
    await settle()
    assert outside.responder.closed_early == 1
    assert thinker.events == []


async def test_a_retrieval_no_longer_wanted_tells_nothing(
    outside: Outside, thinker: Thinker
) -> None:
    outside.meaning.script.append(FOREVER)
    thinker.thinking.retrieve(R1, "Where are you?")
    await settle()
    thinker.thinking.cancel(R1)
    await passes(RETRIEVAL_DEADLINE_S)
    assert thinker.events == []


async def test_cancelling_what_is_over_or_never_was_changes_nothing(
    outside: Outside, thinker: Thinker
) -> None:
    outside.responder.script.append(["Hello."])
    thinker.thinking.reply(REPLY)
    await settle()
    thinker.thinking.cancel(R1)
    thinker.thinking.cancel(ReplyId("9.9"))
    assert thinker.events[-1] == on.ReplyFinished(R1)
