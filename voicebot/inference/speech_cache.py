"""Must a phrase be synthesised again?

Not when it was heard before, and not when another call is having it synthesised
right now: all of them listen to the one synthesis. It goes on for as long as
anybody listens, and only a phrase that came out whole is kept. What was warmed
in this process can be said whatever happens to Redis and the synthesizers. What
sounds alike is the same, however it is written: here text becomes its spoken form.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Protocol, Self

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.dialogue.spoken_forms import spoken_form
from voicebot.errors import InferenceError, InferenceRefused, InferenceTimeout
from voicebot.inference.spare_speech import SpareSpeech
from voicebot.inference.speech_store import SpeechStore, SpokenPhrase
from voicebot.owned_tasks import OwnedTasks
from voicebot.telemetry.metrics import METRICS, SpeechFrom
from workers.contract import FailureReason, Stage

NO_CALL = CallId("")
# The caller is waiting for the first sound: what has not begun by then is said otherwise.
FIRST_AUDIO_DEADLINE_S = 2.0
WARM_DEADLINE_S = 10.0


class ClosableSynthesizer(Protocol):
    """A `Synthesizer` whose iterator can be closed."""

    def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncGenerator[bytes]: ...


class _Synthesis:
    """One synthesis under way, and what has come of it so far."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.failure: InferenceError | None = None
        self.is_over = False
        self.listeners = 0
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def add(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self._tell()

    def end(self, failure: InferenceError | None) -> None:
        """The first end counts."""
        if not self.is_over:
            self.is_over, self.failure = True, failure
            self._tell()

    def _tell(self) -> None:
        told, self.changed = self.changed, asyncio.Event()
        told.set()


class CachedSynthesizer:
    """Fulfils the port `Synthesizer`. Use as a context manager: it owns the syntheses."""

    def __init__(
        self, inner: ClosableSynthesizer, store: SpeechStore, spare: SpareSpeech | None = None
    ) -> None:
        self._inner = inner
        self._store = store
        self._spare = SpareSpeech() if spare is None else spare
        self._under_way: dict[SpokenPhrase, _Synthesis] = {}

    async def __aenter__(self) -> Self:
        self._tasks = OwnedTasks()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for synthesis in list(self._under_way.values()):
            if synthesis.task is not None:
                synthesis.task.cancel()
        await self._tasks.__aexit__(error_type, error, traceback)

    async def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncGenerator[bytes]:
        phrase = SpokenPhrase(spoken_form(text, language), language, voice, encoding.value)
        speech = self._speech(call_id, phrase, deadline_s, min(deadline_s, FIRST_AUDIO_DEADLINE_S))
        async with aclosing(speech):
            async for audio in speech:
                yield audio

    async def is_at_hand(self, text: str, *, encoding: Encoding, language: str, voice: str) -> bool:
        phrase = SpokenPhrase(text, language, voice, encoding.value)
        if self._spare.find(phrase, only_alike=True) is not None:
            return True
        return await self._store.find(phrase) is not None

    async def _speech(
        self, call_id: CallId, phrase: SpokenPhrase, deadline_s: float, first_audio_s: float
    ) -> AsyncGenerator[bytes]:
        encoding = Encoding(phrase.encoding)
        audio = self._spare.find(phrase, only_alike=True) or await self._store.find(phrase)
        synthesis = self._under_way.get(phrase)
        source = _source(audio, synthesis)
        METRICS.spoken(source)
        if source is not SpeechFrom.SYNTHESIS and call_id != NO_CALL:
            # Beside the call: it waits for its first sound.
            self._tasks.create_task(self._store.spoken_again(call_id, len(phrase.text)))
        if audio is not None:
            yield audio
            return
        if synthesis is None:
            synthesis = self._begin(call_id, phrase, encoding, deadline_s)
        has_begun = False
        try:
            async with aclosing(self._listen(synthesis, deadline_s, first_audio_s)) as chunks:
                async for chunk in chunks:
                    has_begun = True
                    yield chunk
        except InferenceError:
            audio = None if has_begun else self._spare.find(phrase)
            if audio is None:
                raise
            yield audio

    async def warm(
        self,
        texts: Iterable[str],
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float = WARM_DEADLINE_S,
    ) -> None:
        """Has phrases at hand before anybody needs them; raises InferenceError."""
        for text in texts:
            said = spoken_form(text, language)
            phrase = SpokenPhrase(said, language, voice, encoding.value)
            # Nobody listens: the first audio may come as late as the rest.
            async with aclosing(self._speech(NO_CALL, phrase, deadline_s, deadline_s)) as chunks:
                audio = b"".join([chunk async for chunk in chunks])
            self._spare.keep(phrase, audio)

    def _begin(
        self, call_id: CallId, phrase: SpokenPhrase, encoding: Encoding, deadline_s: float
    ) -> _Synthesis:
        synthesis = _Synthesis()
        self._under_way[phrase] = synthesis
        chunks = self._inner.synthesize(
            call_id,
            phrase.text,
            encoding=encoding,
            language=phrase.language,
            voice=phrase.voice,
            deadline_s=deadline_s,
        )
        synthesis.task = self._tasks.create_task(
            self._collect(phrase, synthesis, chunks), name="speech"
        )
        return synthesis

    async def _collect(
        self, phrase: SpokenPhrase, synthesis: _Synthesis, chunks: AsyncGenerator[bytes]
    ) -> None:
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    synthesis.add(chunk)
            synthesis.end(None)
            await self._store.keep(phrase, b"".join(synthesis.chunks))
        except InferenceError as error:
            # It is the listeners' to answer.
            synthesis.end(error)
        finally:
            synthesis.end(InferenceRefused(Stage.TTS.value, FailureReason.CANCELLED.value))
            self._forget(synthesis)

    async def _listen(
        self, synthesis: _Synthesis, deadline_s: float, first_audio_s: float
    ) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        taken = 0
        synthesis.listeners += 1
        try:
            while True:
                while taken < len(synthesis.chunks):
                    taken += 1
                    yield synthesis.chunks[taken - 1]
                if synthesis.is_over:
                    break
                # Whoever began it may have had more time than this listener.
                limit_s = deadline_s if taken else first_audio_s
                async with asyncio.timeout_at(started_s + limit_s):
                    await synthesis.changed.wait()
            if synthesis.failure is not None:
                raise synthesis.failure
        except TimeoutError as error:
            waited_ms = round((loop.time() - started_s) * 1000)
            raise InferenceTimeout(Stage.TTS.value, waited_ms) from error
        finally:
            synthesis.listeners -= 1
            if synthesis.listeners == 0 and not synthesis.is_over:
                # Whoever asks from now on gets a synthesis of its own.
                self._forget(synthesis)
                assert synthesis.task is not None
                synthesis.task.cancel()

    def _forget(self, synthesis: _Synthesis) -> None:
        for phrase, under_way in list(self._under_way.items()):
            if under_way is synthesis:
                del self._under_way[phrase]


def _source(audio: bytes | None, synthesis: _Synthesis | None) -> SpeechFrom:
    if audio is not None:
        return SpeechFrom.CACHE
    return SpeechFrom.SYNTHESIS if synthesis is None else SpeechFrom.SHARED
