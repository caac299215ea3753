"""May this agent take calls yet? Only when it can greet at once.

Every text that is known beforehand is synthesised once and then comes from the
cache. The greeting must be there; the rest follows while calls are taken already,
should it take long. A worker that is not up yet is waited for: meanwhile the
dialplan looks after callers.
"""

import asyncio
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from voicebot.agents.desk import Desk
from voicebot.audio.frames import Encoding
from voicebot.dialogue import prompt
from voicebot.dialogue.business import Business
from voicebot.dialogue.phrases import split
from voicebot.errors import InferenceError
from voicebot.telemetry.logs import log_of

PATIENCE_S = 20.0
RETRY_S = 1.0
# So many replies of a business's are kept ready to be spoken.
LATEST_REPLIES = 40
WARM_MODEL_DEADLINE_S = 30.0

log = log_of(__name__)

# A phrase of a business, in an encoding.
_Piece = tuple[Business, str, Encoding]


class WarmSynthesizer(Protocol):
    async def warm(
        self, texts: Iterable[str], *, encoding: Encoding, language: str, voice: str
    ) -> None:
        """Has these phrases at hand before anybody needs them; raises InferenceError."""


class WarmResponder(Protocol):
    async def warm(self, messages: Sequence[Mapping[str, str]], *, deadline_s: float) -> None:
        """Has what all prompts begin with computed ahead; raises InferenceError."""


class KnownReplies(Protocol):
    async def texts(self, business: Business, limit: int) -> Sequence[str]:
        """The phrases of the latest replies that may be given again."""


class Readiness:
    """Prepares what every call will need."""

    def __init__(
        self,
        desks: Sequence[Desk],
        synthesizer: WarmSynthesizer,
        responder: WarmResponder,
        replies: KnownReplies,
    ) -> None:
        self._desks = desks
        self._replies = replies
        self._synthesizer = synthesizer
        self._responder = responder
        self._urgent: list[_Piece] = []
        self._rest: list[_Piece] = []
        for desk in desks:
            self._add(desk)

    def _add(self, desk: Desk) -> None:
        business = desk.business
        greeting = _phrases_of((business.opening, *business.texts_to_whom_we_ring), ())
        # Needed most when all else fails, so they come first.
        fixed = _phrases_of(business.fixed_texts, greeting)
        others = _phrases_of((*business.standard_texts, *desk.agent.texts()), (*greeting, *fixed))
        # Each agent in its own order, so that several share the work.
        random.shuffle(others)
        # Callers of other encodings are rarer; their phrases are made when first said.
        self._urgent += [
            (business, phrase, code)
            for code in (Encoding.ULAW, Encoding.ALAW)
            for phrase in greeting
        ]
        self._rest += [(business, phrase, Encoding.SLIN16) for phrase in greeting]
        self._rest += [(business, phrase, Encoding.ULAW) for phrase in (*fixed, *others)]

    async def wait(self) -> None:
        """Until calls can be taken."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        while True:
            try:
                while self._urgent:
                    await self._warm(*self._urgent[0])
                    del self._urgent[0]
                await self._warm_model()
                break
            except InferenceError as error:
                # What is missing is named: a language, perhaps, and what to install for it.
                log.warning("agent.waits_for_workers", code=error.code, reason=str(error))
                await asyncio.sleep(RETRY_S)
        while self._rest and loop.time() - started_s < PATIENCE_S:
            if not await self._warm_next():
                break

    async def warm_the_rest(self) -> None:
        """What `wait` had no time for, and what callers were answered before."""
        businesses = {id(desk.business): desk.business for desk in self._desks}.values()
        for business in businesses:
            said = await self._replies.texts(business, LATEST_REPLIES)
            self._rest += [(business, phrase, Encoding.ULAW) for phrase in _phrases_of(said, ())]
        while self._rest:
            if not await self._warm_next():
                await asyncio.sleep(RETRY_S)
        log.info("agent.speech_is_warm")

    async def _warm_next(self) -> bool:
        try:
            await self._warm(*self._rest[0])
        except InferenceError as error:
            log.warning("agent.speech_not_warm", code=error.code)
            return False
        del self._rest[0]
        return True

    async def _warm(self, business: Business, phrase: str, encoding: Encoding) -> None:
        await self._synthesizer.warm(
            [phrase],
            encoding=encoding,
            language=business.language,
            voice=business.voice,
        )

    async def _warm_model(self) -> None:
        """The beginning that all prompts share is in the model's cache from now on."""
        for business in {id(desk.business): desk.business for desk in self._desks}.values():
            await self._responder.warm(prompt.beginning(business), deadline_s=WARM_MODEL_DEADLINE_S)


def _phrases_of(texts: Iterable[str], known: Collection[str]) -> list[str]:
    """What is new among the phrases of these texts, in their order."""
    phrases = dict.fromkeys(part for text in texts for part in split(text))
    return [phrase for phrase in phrases if phrase not in known]
