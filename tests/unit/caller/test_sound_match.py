"""A sound that is known is found in a recording."""

import numpy as np
import pytest

from voicebot.caller.sound import RATE_HZ, Samples
from voicebot.caller.sound_match import first_match_ms, first_of_any_ms

DICE = np.random.default_rng(1)


def noise(seconds: float, loudness: float) -> Samples:
    made: Samples = (DICE.normal(0, loudness, round(seconds * RATE_HZ))).astype(np.int16)
    return made


SOUND = noise(0.5, 3_000)


@pytest.mark.parametrize("gain", [0.1, 1.0, 3.0])
def test_the_first_place_is_told_whatever_the_loudness(gain: float) -> None:
    again = (SOUND * gain).astype(np.int16)
    recording = np.concatenate([noise(2.0, 2_000), again, noise(1.0, 2_000), again])
    assert first_match_ms(recording, SOUND) == 2_000


def test_other_sounds_and_silence_do_not_match() -> None:
    assert first_match_ms(noise(3.0, 3_000), SOUND) is None
    assert first_match_ms(np.zeros(3 * RATE_HZ, np.int16), SOUND) is None


def test_a_recording_that_is_shorter_than_the_sound_has_it_not() -> None:
    assert first_match_ms(SOUND[:100], SOUND) is None
    assert first_match_ms(SOUND, SOUND[:0]) is None


def test_of_several_sounds_the_first_that_occurs_is_told() -> None:
    other, absent = noise(0.5, 3_000), noise(0.5, 3_000)
    recording = np.concatenate([noise(1.0, 2_000), other, noise(1.0, 2_000), SOUND])
    assert first_of_any_ms(recording, [absent, SOUND, other]) == 1_000
    assert first_of_any_ms(recording, [absent]) is None
    assert first_of_any_ms(recording, []) is None
