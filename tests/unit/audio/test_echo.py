"""Whether what comes from the caller is our own voice.

Voices are made up: noise in bursts of 80 ms, coloured as speech is, so that two of them
agree as little as two people do.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.audio.echo import (
    LEFT_OVER,
    LONGEST_LAG_MS,
    PLAYED_MS,
    WINDOW_MS,
    EchoDetector,
    left_over,
)
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import Samples, decode, encode

LENGTH_MS = 1_000
PER_MS = 8


def a_voice(seed: int, rms: float = 3_000.0) -> Samples:
    noise = np.random.default_rng(seed)
    sound = np.convolve(noise.standard_normal(LENGTH_MS * PER_MS), 0.9 ** np.arange(30), "same")
    bursts = np.repeat(noise.uniform(0.5, 1.0, LENGTH_MS // 80 + 1), 80 * PER_MS)[: sound.size]
    sound *= bursts
    voice: Samples = (sound * rms / np.sqrt(np.mean(sound**2))).clip(-32_000, 32_000).astype("<i2")
    return voice


def echo_of(voice: Samples, delay_ms: int, gain_db: float) -> Samples:
    delayed = np.roll(voice, delay_ms * PER_MS) * 10 ** (gain_db / 20)
    return decode(encode(delayed.astype(np.int16), Encoding.ULAW), Encoding.ULAW)


def judged(heard: Samples, played: Samples) -> float:
    return left_over(heard[-WINDOW_MS * PER_MS :], played[-PLAYED_MS * PER_MS :])


@settings(max_examples=40)
@given(
    st.integers(0, 99),
    st.integers(20, LONGEST_LAG_MS - 20),
    st.sampled_from([0, -6, -12, -20, -30]),
)
def test_our_own_voice_is_an_echo_at_any_delay_and_level(
    seed: int, delay_ms: int, gain_db: int
) -> None:
    voice = a_voice(seed)
    assert judged(echo_of(voice, delay_ms, gain_db), voice) < LEFT_OVER


@settings(max_examples=40)
@given(st.integers(0, 99), st.integers(0, 200), st.sampled_from([None, -12, -20]))
def test_another_voice_is_none_also_over_an_echo(
    seed: int, delay_ms: int, gain_db: int | None
) -> None:
    agent, caller = a_voice(seed), a_voice(seed + 1_000)
    if gain_db is not None:
        caller = (caller * 0.7 + echo_of(agent, delay_ms, gain_db)).astype(np.int16)
    assert judged(caller, agent) > LEFT_OVER


def test_where_nothing_was_played_nothing_comes_back() -> None:
    assert judged(a_voice(1), np.zeros(LENGTH_MS * PER_MS, np.int16)) == 1.0
    assert judged(np.zeros(LENGTH_MS * PER_MS, np.int16), a_voice(1)) == 1.0


@pytest.mark.parametrize("encoding", [Encoding.ULAW, Encoding.ALAW, Encoding.SLIN16])
def test_every_encoding_can_be_compared(encoding: Encoding) -> None:
    rate = encoding.rate_hz // 8_000
    agent, caller = (np.repeat(a_voice(seed), rate) for seed in (1, 2))
    frame = FRAME_MS * PER_MS * rate
    for heard, is_echo in ((np.roll(agent, 1_600 * rate), True), (caller, False)):
        detector = EchoDetector(encoding)
        for start in range(0, heard.size, frame):
            detector.receive(encode(heard[start : start + frame], encoding))
        played = encode(agent[-PLAYED_MS * PER_MS * rate :], encoding)
        assert detector.is_echo(played) is is_echo
        assert not detector.is_echo(encoding.silence_byte * len(played))
