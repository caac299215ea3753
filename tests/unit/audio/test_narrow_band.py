"""What 8 kHz hear of any encoding."""

import numpy as np
import pytest

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.audio.narrow_band import narrow_band


@pytest.mark.parametrize("encoding", Encoding)
def test_a_frame_has_160_samples(encoding: Encoding) -> None:
    assert narrow_band(encoding.silence_frame, encoding).size == 160


def test_narrow_band_is_taken_as_it_is() -> None:
    audio = bytes(range(256))
    assert np.array_equal(narrow_band(audio, Encoding.ALAW), decode(audio, Encoding.ALAW))


def test_wide_band_is_halved_without_overflow() -> None:
    loud = np.array([32_767, 32_767, -32_768, -32_768, 100, 200], np.int16)
    assert narrow_band(loud.tobytes(), Encoding.SLIN16).tolist() == [32_767, -32_768, 150]
