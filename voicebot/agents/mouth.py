"""Speaks on one call: phrases in, audio to Asterisk, and what was heard of it out."""

import asyncio
from collections import deque
from collections.abc import Callable

from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallId, PhraseId
from voicebot.dialogue.business import Business
from voicebot.errors import InferenceError
from voicebot.ports import MediaLink, Synthesizer
from voicebot.turns.playback import heard_of

# A phrase that takes longer to be made than this will never be heard in time.
SYNTHESIS_DEADLINE_S = 6.0


class Mouth:
    """Synthesises phrases one after the other and queues their audio.

    Audio is queued much faster than it is played, so the next phrase is made while
    the one before is heard. A phrase that is held is made, and waits for its release.
    """

    def __init__(
        self,
        call_id: CallId,
        link: MediaLink,
        synthesizer: Synthesizer,
        business: Business,
        encoding: Encoding,
        now: Callable[[], float],
        post: Callable[[on.CallEvent], None],
    ) -> None:
        self._call_id = call_id
        self._link = link
        self._synthesizer = synthesizer
        self._business = business
        self._encoding = encoding
        self._now = now
        self._post = post
        self._waiting: deque[tuple[PhraseId, str, float]] = deque()
        self._has_work = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None
        self._unfinished: PhraseId | None = None  # more of its audio was to come
        self._is_released = asyncio.Event()
        self._is_released.set()
        # Phrases whose end has not been heard yet, with the audio queued so far, in ms.
        self._queued: dict[PhraseId, int] = {}

    def carry_out(self, command: do.Say | do.PauseSpeaking | do.ResumeSpeaking) -> None:
        match command:
            case do.Say(phrase_id, text, is_held):
                self.say(phrase_id, text, is_held=is_held)
            case do.PauseSpeaking():
                self._link.pause()
            case do.ResumeSpeaking():
                self._link.resume()

    def say(self, phrase_id: PhraseId, text: str, *, is_held: bool = False) -> None:
        if is_held:
            self._is_released.clear()
        self._waiting.append((phrase_id, text, self._now()))
        self._has_work.set()

    def release(self) -> None:
        """What was held is spoken."""
        self._is_released.set()

    def played(self, mark_id: str) -> None:
        """A mark came back: its phrase was heard whole."""
        phrase_id = PhraseId(mark_id)
        if self._queued.pop(phrase_id, None) is not None:
            self._post(on.PhrasePlayed(phrase_id))

    async def run(self) -> None:
        """Speaks until cancelled."""
        while True:
            await self._has_work.wait()
            while self._waiting:
                phrase_id, text, asked_now = self._waiting.popleft()
                async with asyncio.TaskGroup() as tasks:
                    self._speaking = tasks.create_task(self._speak(phrase_id, text, asked_now))
                self._speaking = None
            self._has_work.clear()

    async def stop(self) -> None:
        """Silence at once; tells how much of each phrase was heard."""
        self._waiting.clear()
        if self._speaking is not None:
            self._speaking.cancel()
        queued, self._queued = self._queued, {}
        unfinished, self._unfinished = self._unfinished, None
        self.release()  # of what is asked for from now on
        unheard_ms = await self._link.flush()
        heard = heard_of(tuple(queued.items()), unheard_ms, unfinished=unfinished)
        self._post(on.Silenced(heard))

    async def _speak(self, phrase_id: PhraseId, text: str, asked_now: float) -> None:
        queued_ms = 0
        self._unfinished = phrase_id
        try:
            async for audio in self._synthesizer.synthesize(
                self._call_id,
                text,
                encoding=self._encoding,
                language=self._business.language,
                voice=self._business.voice,
                deadline_s=SYNTHESIS_DEADLINE_S,
            ):
                waited_ms = round((self._now() - asked_now) * 1000)
                await self._is_released.wait()
                if self._unfinished != phrase_id:
                    return  # stopped, though the cancellation was lost on its way here
                self._link.play(audio)
                if queued_ms == 0:
                    self._post(on.PhraseStarted(phrase_id, waited_ms))
                queued_ms += self._encoding.duration_ms(audio)
                self._queued[phrase_id] = queued_ms
        except InferenceError as error:
            self._unfinished = None
            self._queued.pop(phrase_id, None)
            self._post(on.PhraseFailed(phrase_id, error.code))
            return
        if self._unfinished != phrase_id:
            return
        self._unfinished = None
        if queued_ms == 0:
            self._post(on.PhraseFailed(phrase_id, "no-audio"))
            return
        self._link.mark(phrase_id)
