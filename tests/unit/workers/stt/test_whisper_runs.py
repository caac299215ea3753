"""Which utterances does Whisper hear together? (The engine itself: tests/contract/engines.)"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.polling import until
from workers.stt.whisper_runs import Pass, WhisperRuns

LIMIT_S = 10.0


class FakeWhisper:
    """Decodes as many tokens as the prompt has; remembers what it was shown."""

    max_length = 448

    def __init__(self, device: str) -> None:
        self.model = SimpleNamespace(device=device, generate=self.generate)
        self.shown: list[tuple[int, ...]] = []
        self.lengths: list[int] = []
        self.may_end = threading.Event()

    def encode(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        self.shown.append(features.shape)
        assert self.may_end.wait(LIMIT_S)
        return features

    def generate(
        self, features: NDArray[np.float32], prompts: list[list[int]], **options: Any
    ) -> list[SimpleNamespace]:
        assert len({len(prompt) for prompt in prompts}) == 1
        self.lengths.append(options["max_length"])
        return [
            SimpleNamespace(sequences_ids=[prompt], scores=[-1.0], no_speech_prob=0.1)
            for prompt in prompts
        ]


def utterance(frames: int = 1_000, prompt: Sequence[int] = (1, 2), max_tokens: int = 20) -> Pass:
    return Pass(np.zeros((80, frames), np.float32), prompt, max_tokens)


def shown(device: str, *waiting: Pass) -> FakeWhisper:
    """What the model was shown, one pass before all the others."""
    whisper = FakeWhisper(device)
    runs = WhisperRuns(whisper, [-1], runs=1, batch_max=8)
    with ThreadPoolExecutor() as calls:
        first = calls.submit(runs.decoded, utterance(), 0.0)
        until(lambda: whisper.shown, "the first run")
        answers = []
        for number, one in enumerate(waiting, start=1):
            answers.append(calls.submit(runs.decoded, one, float(number)))
            until(lambda: runs.waiting == len(answers), "the line")
        whisper.may_end.set()
        assert list(first.result(LIMIT_S).tokens) == [1, 2]
        for one, answer in zip(waiting, answers, strict=True):
            assert list(answer.result(LIMIT_S).tokens) == list(one.prompt)
    return whisper


def test_a_gpu_hears_all_that_wait_at_once() -> None:
    whisper = shown("cuda", utterance(max_tokens=30), utterance(), utterance())
    assert whisper.shown == [(1, 80, 1_000), (3, 80, 1_000)]
    assert whisper.lengths == [22, 32]


def test_a_cpu_hears_each_alone() -> None:
    assert shown("cpu", utterance(), utterance()).shown == [(1, 80, 1_000)] * 3


@pytest.mark.parametrize("other", [utterance(frames=1_200), utterance(prompt=(1, 2, 3))])
def test_windows_and_prompts_of_one_batch_are_equally_long(other: Pass) -> None:
    whisper = shown("cuda", utterance(), other, utterance())
    assert [shape[0] for shape in whisper.shown] == [1, 2, 1]


def test_an_utterance_that_nobody_waits_for_is_not_heard() -> None:
    whisper = FakeWhisper("cuda")
    runs = WhisperRuns(whisper, [-1], runs=1, batch_max=8)

    def hung_up() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        runs.decoded(utterance(), 0.0, hung_up)
    assert whisper.shown == []
