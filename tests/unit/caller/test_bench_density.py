"""How callers of the density bench speak."""

import random

import numpy as np

from voicebot.caller.bench_density import LONGEST_THINKING_S, after_thinking, thinking_s
from voicebot.caller.sound import RATE_HZ


def test_people_think_mostly_briefly_and_sometimes_long() -> None:
    dice = random.Random(1)
    drawn = sorted(thinking_s(dice) for _ in range(1_000))
    assert 0.5 < drawn[500] < 0.7
    assert 1.8 < drawn[950] < 2.8
    assert drawn[-1] <= LONGEST_THINKING_S


def test_an_utterance_begins_after_the_thinking() -> None:
    words = np.full(80, 1_000, dtype=np.int16)
    said = after_thinking(words, 0.5)
    assert said.dtype == words.dtype
    assert said.size == RATE_HZ // 2 + 80
    assert not said[: RATE_HZ // 2].any()
    assert (said[RATE_HZ // 2 :] == words).all()
