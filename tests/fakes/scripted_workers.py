"""Recognizer, model, synthesizer and meaning, which do what a test's script says."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.fakes.script import After, Forever, comes_to_pass
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.dialogue.actions import actions_of
from voicebot.dialogue.answers import questions_of
from voicebot.dialogue.business import Business
from voicebot.ports import Transcript


class ScriptedRecognizer:
    """Understands what the script says, one entry for each utterance."""

    def __init__(self, *script: str | Exception | Forever) -> None:
        self.script = deque(script)
        self.asked: list[tuple[bytes, Mapping[str, Any]]] = []

    async def recognize(
        self,
        call_id: CallId,
        audio: bytes,
        *,
        encoding: Encoding,
        language: str,
        hint: str,
        deadline_s: float,
        accurate: bool = False,
        pool: str = "",
    ) -> Transcript:
        options = {"encoding": encoding, "language": language, "hint": hint, "pool": pool}
        self.asked.append((audio, options))
        result = self.script.popleft()
        if not isinstance(result, str):
            await comes_to_pass(result)
        return Transcript(str(result), 0.9, 0, 100)


class ScriptedResponder:
    """Says what the script says, one entry of pieces for each reply."""

    def __init__(self, *script: Sequence[str | Exception | Forever | After]) -> None:
        self.script = deque(script)
        self.asked: list[Sequence[Mapping[str, str]]] = []
        self.read: list[Sequence[Mapping[str, str]]] = []
        self.closed_early = 0

    def pools(self) -> Collection[str]:
        return ()

    async def read_ahead(
        self, call_id: CallId, messages: Sequence[Mapping[str, str]], *, deadline_s: float
    ) -> None:
        self.read.append(messages)

    async def respond(
        self,
        call_id: CallId,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        deadline_s: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.asked.append(messages)
        try:
            for piece in self.script.popleft():
                if isinstance(piece, str):
                    yield piece
                else:
                    await comes_to_pass(piece)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise


class ScriptedSynthesizer:
    """Every word is 100 ms of audio and, unless `script` says otherwise, can be spoken."""

    def __init__(self) -> None:
        self.script: dict[str, Sequence[bytes | Exception | Forever | After]] = {}
        self.asked: list[str] = []
        # A library may swallow a cancellation: the next audio then comes after all.
        self.loses_cancellation = False
        self.closed_early = 0
        self.broken = False
        self.at_hand: set[str] = set()

    async def is_at_hand(self, text: str, *, encoding: Encoding, language: str, voice: str) -> bool:
        return text in self.at_hand

    async def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncIterator[bytes]:
        self.asked.append(text)
        assert not self.broken, "a bug of the synthesizer's"
        try:
            for audio in self.script.get(text, [speech_of(text, encoding)]):
                if isinstance(audio, bytes):
                    yield audio
                elif self.loses_cancellation:
                    with suppress(asyncio.CancelledError):
                        await comes_to_pass(audio)
                else:
                    await comes_to_pass(audio)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise


def speech_of(text: str, encoding: Encoding = Encoding.ULAW) -> bytes:
    return b"\x02" * (len(text.split()) * 100 * encoding.bytes_per_ms)


class FakeMeaning:
    """Every question the business has answered means only itself; all else means nothing."""

    def __init__(self, business: Business) -> None:
        self._questions = questions_of(business, actions_of(business))
        self.script: deque[Exception | Forever] = deque()

    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        if self.script:
            await comes_to_pass(self.script.popleft())
        return [[float(sentence == known) for known in self._questions] for sentence in sentences]


class FakeReplies:
    """Remembers nothing but what a test puts in."""

    def __init__(self) -> None:
        self.known: dict[str, Sequence[str]] = {}
        self.kept: list[tuple[str, Sequence[str]]] = []

    async def recall(self, business: Business, vector: Sequence[float], text: str) -> Sequence[str]:
        return self.known.get(text, ())

    def keep(
        self,
        business: Business,
        vector: Sequence[float],
        text: str,
        phrases: Sequence[str],
        confirmed: asyncio.Event,
    ) -> None:
        self.kept.append((text, tuple(phrases)))
