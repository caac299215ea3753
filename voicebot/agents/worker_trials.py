"""Tries workers that failed, so that no caller is what they are tried on.

Once a step of service keeps work away from them, nobody else would find out that they do well
again. A trial is the smallest work there is; what came of it the breakers learn by themselves.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Protocol

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.errors import InferenceError
from voicebot.ports import Recognizer, Responder
from voicebot.telemetry.logs import log_of

NO_CALL = CallId("")
# As urgent as a caller's work, or its lateness would say nothing.
DEADLINE_S = 4.0
HALF_A_SECOND = b"\xff" * 4_000  # of silence, in ulaw
SHORT_WORD = "Yes."

log = log_of(__name__)


class SpeechWorkers(Protocol):
    """Speech that is really made, each time."""

    def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncIterator[bytes]: ...


class WorkerTrials:
    """Of one process."""

    def __init__(
        self,
        recognizer: Recognizer,
        responder: Responder,
        synthesizer: SpeechWorkers,
        business: Callable[[], Business],
    ) -> None:
        self._recognizer = recognizer
        self._responder = responder
        self._synthesizer = synthesizer
        self._business = business

    async def attempt(self, queue: str) -> None:
        """Until it has ended, well or not."""
        stage = queue.partition(".")[0]
        try:
            match stage:
                case "stt":
                    await self._hear(queue)
                case "llm":
                    await self._think(queue)
                case _:
                    await self._speak()
        except InferenceError as error:
            log.info("workers.tried_in_vain", queue=queue, code=error.code)

    async def _hear(self, queue: str) -> None:
        await self._recognizer.recognize(
            NO_CALL,
            HALF_A_SECOND,
            encoding=Encoding.ULAW,
            language=self._business().language,
            hint="",
            deadline_s=DEADLINE_S,
            pool=queue,
        )

    async def _think(self, queue: str) -> None:
        replying = self._responder.respond(
            NO_CALL,
            [{"role": "user", "content": SHORT_WORD}],
            max_tokens=1,
            temperature=0.0,
            deadline_s=DEADLINE_S,
            pool=queue,
        )
        async with aclosing(replying):
            async for _ in replying:
                pass

    async def _speak(self) -> None:
        business = self._business()
        speaking = self._synthesizer.synthesize(
            NO_CALL,
            SHORT_WORD,
            encoding=Encoding.ULAW,
            language=business.language,
            voice=business.voice,
            deadline_s=DEADLINE_S,
        )
        async for _ in speaking:
            pass
