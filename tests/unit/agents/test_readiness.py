"""When an agent may take calls, and what it has at hand then."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.sample_business import a_business
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.readiness import PATIENCE_S, RETRY_S, Readiness
from voicebot.audio.frames import Encoding
from voicebot.dialogue import prompt
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.dialogue.phrases import split
from voicebot.errors import InferenceTimeout

BUSINESS = a_business(greeting="Hello, you are speaking with a machine. How can I help you?")
GREETING = split(BUSINESS.opening)
OFFERS = BusinessAgent(BUSINESS).texts()
PHRASES = {part for text in (*BUSINESS.standard_texts, *OFFERS) for part in split(text)}
AWAY = InferenceTimeout("tts", 1000)


class Workers:
    """Remember what they were asked to have ready."""

    def __init__(self) -> None:
        self.warmed: list[tuple[str, Encoding]] = []
        self.asked = 0
        self.are_away = False
        self.takes_s = 0.0
        self.fails_on: set[str] = set()

    async def warm(
        self, texts: Iterable[str], *, encoding: Encoding, language: str, voice: str
    ) -> None:
        assert (language, voice) == (BUSINESS.language, BUSINESS.voice)
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        for text in texts:
            if self.are_away or text in self.fails_on:
                raise AWAY
            self.warmed.append((text, encoding))


class Model:
    def __init__(self) -> None:
        self.is_away = False
        self.prompts: list[Sequence[Mapping[str, str]]] = []

    async def warm(self, messages: Sequence[Mapping[str, str]], *, deadline_s: float) -> None:
        if self.is_away:
            raise InferenceTimeout("llm", 1000)
        self.prompts.append(messages)


@pytest.fixture
def workers() -> Workers:
    return Workers()


@pytest.fixture
def model() -> Model:
    return Model()


class Replies:
    def __init__(self, *known: str) -> None:
        self.known = known

    async def texts(self, business: Business, limit: int) -> Sequence[str]:
        return self.known


@pytest.fixture
def readiness(workers: Workers, model: Model) -> Readiness:
    return Readiness([Outside(business=BUSINESS).desk()], workers, model, Replies())


async def test_the_greeting_comes_first_for_callers_of_either_law(
    readiness: Readiness, workers: Workers
) -> None:
    await readiness.wait()
    urgent = [(part, code) for code in (Encoding.ULAW, Encoding.ALAW) for part in GREETING]
    assert workers.warmed[: len(urgent)] == urgent


async def test_every_phrase_that_is_known_beforehand_is_made_once_as_it_will_be_said(
    readiness: Readiness, workers: Workers
) -> None:
    await readiness.wait()
    await readiness.warm_the_rest()
    in_ulaw = [text for text, encoding in workers.warmed if encoding is Encoding.ULAW]
    assert sorted(in_ulaw) == sorted(PHRASES)


async def test_what_all_prompts_begin_with_is_warm(readiness: Readiness, model: Model) -> None:
    await readiness.wait()
    assert model.prompts == [prompt.beginning(BUSINESS)]


@pytest.mark.parametrize("who", ["synthesizer", "model"])
async def test_an_agent_is_not_ready_before_its_workers(
    readiness: Readiness, workers: Workers, model: Model, who: str
) -> None:
    workers.are_away, model.is_away = who == "synthesizer", who == "model"
    waiting = asyncio.create_task(readiness.wait())
    await passes(60)
    assert not waiting.done()
    assert workers.asked <= 2 * len(GREETING) + 60 / RETRY_S + 1, "it does not press them"
    workers.are_away = model.is_away = False
    await passes(2 * RETRY_S)
    assert waiting.done()
    assert len(workers.warmed) == len(set(workers.warmed)), "nothing is made twice"


async def test_slow_workers_do_not_keep_an_agent_from_calls_for_long(
    readiness: Readiness, workers: Workers
) -> None:
    workers.takes_s = 5.0
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await readiness.wait()
    greeting_s = 2 * len(GREETING) * workers.takes_s
    assert loop.time() - began_s <= max(PATIENCE_S, greeting_s) + workers.takes_s
    assert {text for text, _ in workers.warmed} < PHRASES
    await readiness.warm_the_rest()
    assert {text for text, _ in workers.warmed} == PHRASES


async def test_what_callers_were_answered_before_is_made_into_speech_too(workers: Workers) -> None:
    replies = Replies("That sounds lovely!", "Oh, I am sorry to hear that.")
    readiness = Readiness([Outside(business=BUSINESS).desk()], workers, Model(), replies)
    await readiness.wait()
    await readiness.warm_the_rest()
    assert {text for text, _ in workers.warmed} == PHRASES | set(replies.known)


async def test_a_phrase_that_fails_is_left_for_later(
    readiness: Readiness, workers: Workers
) -> None:
    workers.fails_on = {BUSINESS.phrases.farewell, *split(BUSINESS.phrases.farewell)}
    await readiness.wait()
    rest = asyncio.create_task(readiness.warm_the_rest())
    await passes(3 * RETRY_S)
    assert not rest.done()
    workers.fails_on.clear()
    await passes(2 * RETRY_S)
    assert rest.done()
    assert {text for text, _ in workers.warmed} == PHRASES


async def test_warming_can_be_stopped_at_any_time(readiness: Readiness, workers: Workers) -> None:
    workers.takes_s = 1.0
    for work in (readiness.wait(), readiness.warm_the_rest()):
        task = asyncio.create_task(work)
        await settle()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()
