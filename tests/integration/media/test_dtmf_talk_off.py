"""Human speech must not sound like keys: all prompts that come with Asterisk, 25 minutes."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from voicebot.audio.dtmf import DtmfDetector
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode


@pytest.mark.parametrize("gain_db", [0.0, 8.0])
def test_no_key_is_found_in_speech(asterisk_sounds: Path, gain_db: float) -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(asterisk_sounds.rglob("*.wav")):
        with wave.open(io.BytesIO(path.read_bytes())) as recording:
            samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
        louder = np.clip(samples * 10 ** (gain_db / 20), -32_768, 32_767).astype(np.int16)
        audio, size = encode(louder, Encoding.ULAW), Encoding.ULAW.frame_bytes
        detector = DtmfDetector(Encoding.ULAW)
        frames = [audio[at : at + size] for at in range(0, len(audio) - size + 1, size)]
        keys = [key for key in map(detector.receive, frames) if key is not None]
        if keys:
            found[path.name] = keys
    assert found == {}
