"""What is tried is what engines are given by callers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from workers.audio import Samples
from workers.contract import Stage
from workers.languages import ByLanguage
from workers.llm.engine import Emit
from workers.stt.engine import RATE_HZ, Recognition
from workers.typical_work import SYSTEM_PROMPT, typical_work


class Recognizer:
    name, model, languages = "recognizer", "tiny", ("de",)

    def warm_up(self) -> None:
        """Is warm."""

    def recognize(self, samples: Samples, *, language: str, **_: Any) -> Recognition:
        self.heard = samples.size / RATE_HZ, language
        return Recognition("words", 1.0)


class Model:
    def __init__(self, said: Sequence[str]) -> None:
        self._said = said

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        self.warmed = messages

    def generate(
        self, call_id: str, messages: Sequence[Mapping[str, str]], *, emit: Emit, **_: Any
    ) -> None:
        self.asked = messages
        assert all(emit(text) for text in self._said)


class Voice:
    name, model, languages = "voice", "joe", ("en",)

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces

    def warm_up(self) -> None:
        """Is warm."""

    def synthesize(self, _: str) -> Iterator[Samples]:
        for _piece in range(self._pieces):
            yield np.zeros(8, np.float32)


def test_an_utterance_of_a_few_seconds_is_heard_in_the_engine_s_own_language() -> None:
    recognizer = Recognizer()
    first_s, whole_s = typical_work(Stage.STT, ByLanguage({"de": recognizer}))(0)
    assert first_s == whole_s
    length_s, language = recognizer.heard
    assert 2 < length_s < 4
    assert language == "de"


@pytest.mark.parametrize("said", [["one two three four five", " six."], ["Yes."], []])
def test_a_reply_is_of_use_from_its_first_clause_on(said: list[str]) -> None:
    model = Model(said)
    first_s, whole_s = typical_work(Stage.LLM, model)(3)
    assert 0 <= first_s <= whole_s
    assert model.warmed == [{"role": "system", "content": SYSTEM_PROMPT}]
    assert model.asked[0] == model.warmed[0]


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_a_phrase_is_of_use_from_its_first_piece_on(pieces: int) -> None:
    first_s, whole_s = typical_work(Stage.TTS, ByLanguage({"en": Voice(pieces)}))(0)
    assert 0 <= first_s <= whole_s
