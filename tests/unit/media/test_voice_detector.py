"""Noise is no speech, in any encoding. Human voices are heard in
tests/integration/media/test_voice_detector_prompts.py."""

import numpy as np
import pytest
from numpy.typing import NDArray

from voicebot.audio.dtmf import tones_of
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode
from voicebot.media.voice_detector import WebRtcVoiceDetector


def at_level(sound: NDArray[np.float64], level_dbfs: float) -> NDArray[np.int16]:
    gain = 32_768 * 10 ** (level_dbfs / 20) / float(np.sqrt(np.mean(sound**2)))
    return np.clip(sound * gain, -32_768, 32_767).astype(np.int16)


def verdicts(samples: NDArray[np.int16], encoding: Encoding) -> list[bool]:
    detector = WebRtcVoiceDetector(encoding)
    audio, size = encode(samples, encoding), encoding.frame_bytes
    return [
        detector.is_speech(audio[start : start + size])
        for start in range(0, len(audio) - size + 1, size)
    ]


def vowels(rate_hz: int) -> NDArray[np.float64]:
    """Ten times 300 ms of a voice at 120 Hz with three formants, and as much silence."""
    time_s = np.arange(int(0.3 * rate_hz)) / rate_hz
    harmonics = np.arange(1, 30) * 120.0
    formants = [(700, 130), (1_220, 150), (2_600, 200)]
    gains = np.sum(
        [np.exp(-(((harmonics - centre) / width) ** 2)) for centre, width in formants], axis=0
    )
    voice = (gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * time_s)).sum(axis=0)
    return np.tile(np.concatenate([np.zeros(len(time_s)), voice]), 10)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_silence_is_no_speech(encoding: Encoding) -> None:
    detector = WebRtcVoiceDetector(encoding)
    assert not any(detector.is_speech(encoding.silence_frame) for _ in range(100))


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("level_dbfs", [-65.0, -45.0, -30.0, -15.0])
def test_steady_noise_is_no_speech(encoding: Encoding, level_dbfs: float) -> None:
    noise = np.random.default_rng(1).normal(size=encoding.rate_hz * 3)
    assert not any(verdicts(at_level(noise, level_dbfs), encoding))


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_hum_is_no_speech(encoding: Encoding) -> None:
    time_s = np.arange(encoding.rate_hz * 3) / encoding.rate_hz
    harmonics = np.array([[1], [2], [3], [5]])
    hum = (np.sin(2 * np.pi * 50 * harmonics * time_s) / harmonics).sum(axis=0)
    assert not any(verdicts(at_level(hum, -30.0), encoding))


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_voice_is_speech(encoding: Encoding) -> None:
    noise = np.random.default_rng(1).normal(size=6 * encoding.rate_hz) * 0.01
    heard = verdicts(at_level(vowels(encoding.rate_hz) + noise, -25.0), encoding)
    frames = 300 // FRAME_MS
    voiced = [is_speech for i, is_speech in enumerate(heard) if i // frames % 2 == 1]
    assert sum(voiced) > 0.7 * len(voiced)


def on_a_line(*parts: NDArray[np.int16]) -> NDArray[np.int16]:
    """One behind the other, over faint noise: a line without any is none."""
    samples = np.concatenate(parts)
    noise = np.random.default_rng(1).normal(0.0, 8.0, samples.size)
    return np.clip(samples + noise, -32_768, 32_767).astype(np.int16)


def test_what_trails_a_loud_word_is_its_end() -> None:
    word, trailing = at_level(vowels(8_000), -14.0), at_level(vowels(8_000), -48.0)
    assert any(verdicts(on_a_line(trailing), Encoding.ULAW)), "alone it is a soft voice"
    heard = verdicts(on_a_line(word, trailing[:4_800]), Encoding.ULAW)
    assert not any(heard[-4_800 // Encoding.ULAW.frame_bytes :])


def test_whoever_speaks_softly_after_a_shout_is_heard_again() -> None:
    shout, quiet = at_level(vowels(8_000), -8.0), at_level(vowels(8_000), -43.0)
    heard = verdicts(on_a_line(shout, quiet), Encoding.ULAW)
    assert any(heard[-100:])


def test_a_voice_below_a_whisper_is_no_speech() -> None:
    quiet = at_level(vowels(8_000), -62.0)
    assert not any(verdicts(quiet, Encoding.ULAW))


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("held_ms", [60, 100, 200, 1_000])
def test_keys_pressed_in_band_are_no_speech(encoding: Encoding, held_ms: int) -> None:
    """The frames in which a tone begins and ends may pass; a turn begins with 80 ms in 120."""
    rate_hz = encoding.rate_hz
    at_s = np.arange(rate_hz * held_ms // 1000) / rate_hz
    pause = np.zeros(rate_hz * 87 // 1000)
    keys: list[NDArray[np.float64]] = []
    for key in "1990#":
        low_hz, high_hz = tones_of(key)
        keys += [np.sin(2 * np.pi * low_hz * at_s) + np.sin(2 * np.pi * high_hz * at_s), pause]
    found = verdicts(at_level(np.concatenate([np.zeros(rate_hz), *keys]), -12.0), encoding)
    assert max(sum(found[start : start + 6]) for start in range(len(found))) * FRAME_MS < 80
