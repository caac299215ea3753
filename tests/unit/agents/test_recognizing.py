"""How the caller's words are understood, and what is read while they are said."""

import asyncio

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import settle
from tests.unit.agents.thinker import FACTS, U1, Thinker
from voicebot.agents.thinking import Thinking
from voicebot.audio.frames import Encoding
from voicebot.calls import events as on
from voicebot.calls.hearing import Hearing, HearingReason, Judgement
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.history import Exchange
from voicebot.errors import InferenceRefused, InferenceTimeout
from voicebot.turns.speculation import Preparations

LATE = InferenceTimeout("stt", 4000)


async def test_an_utterance_is_transcribed_in_the_business_s_language(
    outside: Outside, thinker: Thinker
) -> None:
    outside.recognizer.script.append("Where are you?")
    thinker.thinking.recognize(U1, QUIET)
    await settle()
    assert thinker.events == [on.Transcribed(U1, "Where are you?", 0.9)]
    (asked,) = outside.recognizer.asked
    assert asked == (
        QUIET,
        {
            "encoding": Encoding.ALAW,
            "language": "en",
            "hint": "tandem, Harbor Street",
            "pool": "stt.fast",
        },
    )


async def test_who_is_hard_to_understand_is_sent_to_accurate_recognizers(
    outside: Outside, thinker: Thinker
) -> None:
    outside.recognizer.script.append("Where are you?")
    thinker.thinking.recognize(U1, QUIET, Judgement(Hearing.ACCURATE, HearingReason.NOISY))
    await settle()
    ((_, options),) = outside.recognizer.asked
    assert options["pool"] == "stt.accurate"


@pytest.mark.parametrize("error", [LATE, InferenceRefused("stt", "no-engine")])
async def test_a_failed_recognition_is_told(
    outside: Outside, thinker: Thinker, error: InferenceTimeout | InferenceRefused
) -> None:
    outside.recognizer.script.append(error)
    thinker.thinking.recognize(U1, QUIET)
    await settle()
    assert thinker.events == [on.RecognitionFailed(U1, error.code)]


async def test_the_recognition_of_words_that_go_on_is_cancelled(
    outside: Outside, thinker: Thinker
) -> None:
    outside.recognizer.script += [FOREVER, "Where are you?"]
    thinker.thinking.recognize(U1, QUIET)
    await settle()
    thinker.thinking.cancel_recognition(U1)
    thinker.thinking.recognize(UtteranceId("u1.2"), QUIET)
    await settle()
    assert thinker.events == [on.Transcribed(UtteranceId("u1.2"), "Where are you?", 0.9)]


async def test_what_a_model_will_be_shown_is_read_once_while_the_caller_speaks(
    outside: Outside, thinker: Thinker
) -> None:
    history = [Exchange("Hello", "Good day.")]
    for _ in range(2):
        thinker.thinking.read_ahead(history)
        await settle()
    (read,) = outside.responder.read
    assert [message["content"] for message in read[-2:]] == ["Hello", "Good day."]
    thinker.thinking.read_ahead([*history, Exchange("And now?", "Now, too.")])
    await settle()
    assert len(outside.responder.read) == 2


async def test_while_others_wait_nothing_is_read_ahead(
    outside: Outside, tasks: asyncio.TaskGroup
) -> None:
    services = outside.services()
    thinking = Thinking(
        services, outside.desk(), FACTS, Encoding.ALAW, tasks, lambda _: None, Preparations()
    )
    for _ in range(50):
        services.speculation.queued(1_000)
    thinking.read_ahead([Exchange("Hello", "Good day.")])
    await settle()
    assert outside.responder.read == []
