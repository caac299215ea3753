"""Finds out what callers said to the voicemail.

Asks the recognizers, whenever there are any: a recording waits for its words for as
long as need be, and each is tried again with growing patience. Transcripts are kept
as they come, so nothing is lost when the process dies in between.
"""

import asyncio
import wave
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import Samples
from voicebot.audio.stretches import stretches
from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallId, Message
from voicebot.dialogue.business import Business
from voicebot.dialogue.masking import mask
from voicebot.errors import InferenceError
from voicebot.ports import Recognizer
from voicebot.store.messages import SqlMessages
from voicebot.telemetry.logs import log_of

BATCH = 100
# A stretch of 25 s takes a small machine a few; it may be busy with calls.
DEADLINE_S = 45.0
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=2)

log = log_of("records")


class Transcribing:
    """One round after another over the messages without a transcript."""

    def __init__(
        self,
        messages: SqlMessages,
        open_recognizer: Callable[[], AbstractAsyncContextManager[Recognizer]],
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        state_dir: Path,
        node: str,
    ) -> None:
        self._messages = messages
        self._open_recognizer = open_recognizer
        self._businesses = businesses
        self._state_dir = state_dir
        self._node = node
        self._waits: dict[CallId, tuple[datetime, timedelta]] = {}

    async def run(self, at: datetime) -> None:
        """Raises StoreError, SharedStateError, BusinessFileInvalid or InferenceError."""
        waiting = await self._messages.untranscribed(self._node, BATCH)
        self._waits = {
            message.call_id: self._waits[message.call_id]
            for message in waiting
            if message.call_id in self._waits
        }
        due = [one for one in waiting if one.call_id not in self._waits or at >= self._until(one)]
        if not due:
            return
        businesses = await self._businesses()
        async with self._open_recognizer() as recognizer:
            for message in due:
                await self._transcribe(recognizer, message, businesses, at)

    def _until(self, message: Message) -> datetime:
        return self._waits[message.call_id][0]

    async def _transcribe(
        self,
        recognizer: Recognizer,
        message: Message,
        businesses: Sequence[Business],
        at: datetime,
    ) -> None:
        business = business_named(message.business, businesses)
        try:
            words = await self._words(recognizer, message, business)
        except InferenceError:
            _, wait = self._waits.get(message.call_id, (at, FIRST_WAIT / 2))
            wait = min(wait * 2, LONGEST_WAIT)
            self._waits[message.call_id] = (at + wait, wait)
            raise  # whoever cannot hear this one can hardly hear the next
        await self._messages.transcribed(message, mask(words), at)
        log.info("message.transcribed", call_id=message.call_id, has_words=bool(words))

    async def _words(
        self, recognizer: Recognizer, message: Message, business: Business | None
    ) -> str:
        assert message.recording is not None, "only recordings wait for a transcript"
        read = await asyncio.to_thread(_read, self._state_dir / message.recording)
        if read is None:
            log.warning("message.unreadable", call_id=message.call_id)
            return ""
        samples, encoding = read
        heard = [
            await recognizer.recognize(
                message.call_id,
                piece.astype("<i2").tobytes(),
                encoding=encoding,
                language="en" if business is None else business.language,
                hint="" if business is None else ", ".join(business.words),
                deadline_s=DEADLINE_S,
                accurate=True,
            )
            for piece in stretches(samples, encoding.rate_hz)
        ]
        return " ".join(transcript.text for transcript in heard if transcript.text)


def _read(path: Path) -> tuple[Samples, Encoding] | None:
    """What Asterisk or we recorded; None: the file is gone, or is none of ours."""
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            audio = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error):
        return None
    encodings = {(1, 2, one.rate_hz): one for one in (Encoding.SLIN, Encoding.SLIN16)}
    encoding = encodings.get(shape)
    if encoding is None:
        return None
    return np.frombuffer(audio, "<i2").astype(np.int16), encoding
