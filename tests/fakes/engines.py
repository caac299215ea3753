"""Engines that need no model: each passes the contract of its stage."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from workers.audio import Samples
from workers.batcher import always_wanted
from workers.contract import FailureReason
from workers.errors import WorkFailed
from workers.llm.engine import Emit, Tokens, check_messages
from workers.stt.engine import Recognition


class FakeRecognitionEngine:
    """Hears "hello" wherever there is sound; breaks when told to."""

    name = "fake"
    model = "fake"
    languages: tuple[str, ...] = ("en",)

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.heard: list[tuple[int, str, bool]] = []

    def warm_up(self) -> None:
        return None

    def recognize(
        self,
        samples: Samples,
        *,
        language: str,
        hint: str,
        accurate: bool,
        check_wanted: Callable[[], None] = always_wanted,
    ) -> Recognition:
        check_wanted()
        if self.error is not None:
            raise self.error
        self.heard.append((samples.size, hint, accurate))
        is_silent = samples.size == 0 or float(np.abs(samples).max()) < 0.01
        return Recognition("", 0.0) if is_silent else Recognition("hello", 0.9)


class FakeLanguageEngine:
    """Counts: one, two, three…"""

    name = "fake"
    model = "fake"
    slots = 2

    def __init__(self) -> None:
        self.warmed: list[Sequence[Mapping[str, str]]] = []
        self.read: list[tuple[str, Sequence[Mapping[str, str]]]] = []

    def warm_up(self) -> None:
        return None

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        self.warmed.append(messages)

    def read_ahead(self, call_id: str, messages: Sequence[Mapping[str, str]]) -> None:
        self.read.append((call_id, messages))

    def generate(
        self,
        call_id: str,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None = None,
    ) -> Tokens | None:
        check_messages(messages)
        if grammar is not None:
            self._follow(grammar, emit)
            return None
        for number in range(max_tokens):
            if not emit(f" {number}"):
                return Tokens(len(messages), number + 1)
        return Tokens(len(messages), max_tokens)

    def _follow(self, grammar: str, emit: Emit) -> None:
        """Takes the first of the grammar's alternatives, which must all be plain words."""
        words = re.fullmatch(r'root ::= "([^"]+)"( \| "[^"]+")*', grammar)
        if words is None:
            raise WorkFailed(FailureReason.BAD_REQUEST)
        emit(words[1])


class FakeSynthesisEngine:
    """A tone of 100 ms for each word."""

    name = "fake"
    model = "fake"
    rate_hz = 22_050
    version = "fake-1"
    languages: tuple[str, ...] = ("en",)

    def __init__(self) -> None:
        self.pieces_made = 0

    def warm_up(self) -> None:
        return None

    def has_voice(self, voice: str) -> bool:
        return voice == ""

    def synthesize(
        self, text: str, check_wanted: Callable[[], None] = always_wanted
    ) -> Iterator[Samples]:
        time_s = np.arange(self.rate_hz // 10) / self.rate_hz
        for word in text.split():
            check_wanted()
            if any(character.isalnum() for character in word):
                self.pieces_made += 1
                yield (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)
