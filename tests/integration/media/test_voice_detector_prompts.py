"""The voice detector on human speech: the prompts that come with Asterisk."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import samplerate
from numpy.typing import NDArray

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode
from voicebot.media.voice_detector import WebRtcVoiceDetector

PROMPTS = ["vm-intro", "conf-getpin", "agent-user", "vm-opts", "cannot-complete-as-dialed"]
PAUSE_MS = 1_000
# A frame this loud in the clean recording is speech, 20 dB under the usual level.
SPEECH_DBFS = -42.0


def recordings(directory: Path) -> Iterator[NDArray[np.float64]]:
    for name in PROMPTS:
        with wave.open(io.BytesIO((directory / f"{name}.wav").read_bytes())) as recording:
            samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
        yield samples.astype(np.float64)
        yield np.zeros(Encoding.ULAW.rate_hz * PAUSE_MS // 1000)


@pytest.fixture(scope="module")
def clean(asterisk_sounds: Path) -> NDArray[np.float64]:
    speech = np.concatenate(list(recordings(asterisk_sounds)))
    frame = Encoding.ULAW.rate_hz * FRAME_MS // 1000
    whole = len(speech) // frame * frame
    loud = np.abs(speech) > 200
    gain = 32_768 * 10 ** (-22 / 20) / float(np.sqrt(np.mean(speech[loud] ** 2)))
    return speech[:whole] * gain


@pytest.mark.parametrize("encoding", [Encoding.ULAW, Encoding.SLIN16])
@pytest.mark.parametrize(("snr_db", "found_at_least"), [(None, 0.98), (30.0, 0.97), (20.0, 0.85)])
def test_words_are_heard_and_pauses_are_not(
    clean: NDArray[np.float64], snr_db: float | None, found_at_least: float, encoding: Encoding
) -> None:
    if encoding.rate_hz != Encoding.ULAW.rate_hz:
        clean = samplerate.resample(clean, encoding.rate_hz / Encoding.ULAW.rate_hz, "sinc_fastest")
    frame = encoding.rate_hz * FRAME_MS // 1000
    clean = clean[: len(clean) // frame * frame]
    levels_dbfs = 10 * np.log10((clean.reshape(-1, frame) ** 2).mean(axis=1) / 32_768**2 + 1e-10)
    is_spoken = levels_dbfs > SPEECH_DBFS
    # Frames beside speech are neither one nor the other.
    is_pause = np.convolve(is_spoken, np.ones(17), "same") == 0
    noise = np.zeros(len(clean))
    if snr_db is not None:
        power = (clean.reshape(-1, frame)[is_spoken] ** 2).mean()
        noise = np.random.default_rng(1).normal(size=len(clean)) * np.sqrt(power)
        noise *= 10 ** (-snr_db / 20)
    audio = encode(np.clip(clean + noise, -32_768, 32_767).astype(np.int16), encoding)
    detector, size = WebRtcVoiceDetector(encoding), encoding.frame_bytes
    heard = np.array([detector.is_speech(audio[i : i + size]) for i in range(0, len(audio), size)])
    assert heard[is_spoken].mean() >= found_at_least
    assert heard[is_pause].mean() <= 0.01
