"""What is spoken, in which order, and what was heard of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.fakes.media_link import FakeMediaLink
from tests.fakes.sample_business import a_business
from tests.fakes.script import FOREVER, After
from tests.fakes.scripted_workers import ScriptedSynthesizer, speech_of
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.mouth import Mouth
from voicebot.audio.frames import Encoding
from voicebot.calls import events as on
from voicebot.calls.model import CallId, PhraseId
from voicebot.errors import InferenceTimeout
from voicebot.turns.playback import HeardPhrase

FIRST, SECOND = PhraseId("1.0.0"), PhraseId("1.0.1")
LATE = InferenceTimeout("tts", 6000)


class Speaking:
    """A mouth at work."""

    def __init__(self) -> None:
        self.link = FakeMediaLink(plays_at_once=False)
        self.synthesizer = ScriptedSynthesizer()
        self.events: list[on.CallEvent] = []
        self.mouth = Mouth(
            CallId("node1-1.1"),
            self.link,
            self.synthesizer,
            a_business(),
            Encoding.ULAW,
            asyncio.get_running_loop().time,
            self.events.append,
        )

    async def plays(self, duration_ms: int = 1_000_000) -> None:
        """So much is played to the caller; the marks come back."""
        self.link.plays(duration_ms)
        for mark_id in self.link.marks_played():
            self.mouth.played(mark_id)
        await settle()


@pytest.fixture
async def speaking() -> AsyncIterator[Speaking]:
    speaking = Speaking()
    run = asyncio.create_task(speaking.mouth.run())
    yield speaking
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run


async def test_a_phrase_is_told_when_it_begins_and_when_it_was_heard(speaking: Speaking) -> None:
    speaking.mouth.say(FIRST, "two words")
    await settle()
    assert speaking.events == [on.PhraseStarted(FIRST, 0)]
    assert speaking.link.queued_ms == 200
    await speaking.plays()
    assert speaking.events[1:] == [on.PhrasePlayed(FIRST)]


async def test_the_next_phrase_is_made_while_the_one_before_is_heard(speaking: Speaking) -> None:
    speaking.mouth.say(FIRST, "two words")
    speaking.mouth.say(SECOND, "three more words")
    await settle()
    assert speaking.synthesizer.asked == ["two words", "three more words"]
    assert speaking.link.queued_ms == 500
    await speaking.plays(200)
    assert speaking.events[-1] == on.PhrasePlayed(FIRST)
    await speaking.plays()
    assert speaking.events[-1] == on.PhrasePlayed(SECOND)


async def test_the_wait_for_a_phrase_is_counted_from_when_it_was_asked_for(
    speaking: Speaking,
) -> None:
    speaking.synthesizer.script["slow"] = [After(0.25), speech_of("slow")]
    speaking.mouth.say(FIRST, "slow")
    speaking.mouth.say(SECOND, "next")
    await passes(1)
    assert speaking.events == [on.PhraseStarted(FIRST, 250), on.PhraseStarted(SECOND, 250)]


async def test_a_phrase_that_is_held_is_made_and_waits(speaking: Speaking) -> None:
    speaking.synthesizer.script["two words"] = [After(0.25), speech_of("two words")]
    speaking.mouth.say(FIRST, "two words", is_held=True)
    await passes(1)
    assert speaking.synthesizer.asked == ["two words"]
    assert (speaking.events, speaking.link.queued_ms) == ([], 0)
    speaking.mouth.release()
    await settle()
    # Waiting for its release was no one's work.
    assert speaking.events == [on.PhraseStarted(FIRST, 250)]
    assert speaking.link.queued_ms == 200


async def test_a_phrase_that_was_held_and_stopped_is_never_heard(speaking: Speaking) -> None:
    speaking.mouth.say(FIRST, "two words", is_held=True)
    await settle()
    await speaking.mouth.stop()
    speaking.mouth.release()
    await settle()
    assert speaking.events == [on.Silenced(())]
    assert speaking.link.queued_ms == 0
    speaking.mouth.say(SECOND, "three more words")
    await settle()
    assert speaking.events[-1] == on.PhraseStarted(SECOND, 0)


async def test_a_phrase_that_cannot_be_made_is_told_and_the_next_one_said(
    speaking: Speaking,
) -> None:
    speaking.synthesizer.script["broken"] = [LATE]
    speaking.mouth.say(FIRST, "broken")
    speaking.mouth.say(SECOND, "fine")
    await settle()
    assert speaking.events == [
        on.PhraseFailed(FIRST, LATE.code),
        on.PhraseStarted(SECOND, 0),
    ]


async def test_a_phrase_that_breaks_off_has_failed_even_if_its_beginning_is_played(
    speaking: Speaking,
) -> None:
    speaking.synthesizer.script["breaks off"] = [speech_of("breaks"), LATE]
    speaking.mouth.say(FIRST, "breaks off")
    await settle()
    await speaking.plays()
    assert speaking.events == [on.PhraseStarted(FIRST, 0), on.PhraseFailed(FIRST, LATE.code)]


async def test_a_phrase_without_any_sound_has_failed(speaking: Speaking) -> None:
    speaking.synthesizer.script["..."] = []
    speaking.mouth.say(FIRST, "...")
    await settle()
    assert speaking.events == [on.PhraseFailed(FIRST, "no-audio")]


async def test_stopping_tells_how_much_of_each_phrase_was_heard(speaking: Speaking) -> None:
    speaking.mouth.say(FIRST, "two words")
    speaking.mouth.say(SECOND, "three more words")
    await settle()
    await speaking.plays(350)
    speaking.events.clear()
    await speaking.mouth.stop()
    assert speaking.events == [on.Silenced((HeardPhrase(SECOND, 150, 300),))]
    assert speaking.link.queued_ms == 0


async def test_stopping_drops_what_is_still_to_be_said(speaking: Speaking) -> None:
    speaking.synthesizer.script["first"] = [speech_of("first"), FOREVER, speech_of("more")]
    speaking.mouth.say(FIRST, "first")
    speaking.mouth.say(SECOND, "never said")
    await settle()
    await speaking.mouth.stop()
    await settle()
    assert speaking.synthesizer.asked == ["first"]
    assert speaking.link.queued_ms == 0
    (_, silenced) = speaking.events
    assert silenced == on.Silenced((HeardPhrase(FIRST, 0, 100, is_complete=False),))


async def test_stopping_when_nothing_is_said_is_told_as_well(speaking: Speaking) -> None:
    await speaking.mouth.stop()
    assert speaking.events == [on.Silenced(())]


async def test_a_synthesizer_that_loses_its_cancellation_is_not_heard_after_the_stop(
    speaking: Speaking,
) -> None:
    speaking.synthesizer.loses_cancellation = True
    speaking.synthesizer.script["stubborn"] = [speech_of("a"), FOREVER, speech_of("b c d")]
    speaking.mouth.say(FIRST, "stubborn")
    await settle()
    await speaking.mouth.stop()
    await settle()
    assert speaking.link.queued_ms == 0
    assert speaking.events[1:] == [on.Silenced((HeardPhrase(FIRST, 0, 100, is_complete=False),))]
    assert speaking.synthesizer.closed_early == 1, "its work is dropped"


async def test_one_that_ends_instead_marks_nothing_after_the_stop(speaking: Speaking) -> None:
    speaking.synthesizer.loses_cancellation = True
    speaking.synthesizer.script["stubborn"] = [speech_of("a"), FOREVER]
    speaking.mouth.say(FIRST, "stubborn")
    await settle()
    await speaking.mouth.stop()
    await settle()
    assert speaking.link.marks == []
    assert len(speaking.events) == 2


async def test_after_a_stop_the_agent_can_speak_again(speaking: Speaking) -> None:
    speaking.synthesizer.script["first"] = [FOREVER]
    speaking.mouth.say(FIRST, "first")
    await settle()
    await speaking.mouth.stop()
    speaking.mouth.say(SECOND, "second words")
    await settle()
    await speaking.plays()
    assert speaking.events == [
        on.Silenced(()),
        on.PhraseStarted(SECOND, 0),
        on.PhrasePlayed(SECOND),
    ]


async def test_a_mark_that_comes_after_the_stop_is_no_news(speaking: Speaking) -> None:
    speaking.mouth.say(FIRST, "two words")
    await settle()
    await speaking.mouth.stop()
    speaking.mouth.played(FIRST)
    assert not any(isinstance(event, on.PhrasePlayed) for event in speaking.events)


async def test_a_bug_of_the_synthesizer_s_is_not_hidden() -> None:
    speaking = Speaking()
    speaking.synthesizer.broken = True
    speaking.mouth.say(FIRST, "words")
    with pytest.raises(ExceptionGroup) as caught:
        await speaking.mouth.run()
    assert caught.group_contains(AssertionError)
