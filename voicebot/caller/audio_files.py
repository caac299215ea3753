"""Reads and writes the WAV files of the calling side: 8 kHz, 16 bit, mono or stereo."""

import wave
from pathlib import Path

import numpy as np
import samplerate

from voicebot.caller.sound import RATE_HZ, Samples, Span
from voicebot.errors import CallerError


def read_wav(path: Path) -> Samples:
    """The first channel of a 16-bit PCM file, brought to 8 kHz."""
    try:
        with wave.open(str(path), "rb") as file:
            rate_hz, channels, width = (
                file.getframerate(),
                file.getnchannels(),
                file.getsampwidth(),
            )
            audio = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise CallerError(f"{path} is not a readable PCM WAV file: {error}") from error
    if width != 2:
        raise CallerError(f"{path} has {width * 8} bits a sample; 16 are needed")
    samples: Samples = np.frombuffer(audio, dtype="<i2")[::channels].astype(np.int16)
    if rate_hz == RATE_HZ:
        return samples
    converted = samplerate.resample(
        samples.astype(np.float32) / 32768.0, RATE_HZ / rate_hz, "sinc_medium"
    )
    whole: Samples = np.clip(converted * 32768.0, -32768, 32767).astype(np.int16)
    return whole


def write_wav(path: Path, *channels: Samples) -> None:
    """One file, a channel for each of the equally long recordings."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())


def cut(samples: Samples, span: Span, margin_ms: int = 0) -> Samples:
    """The part of a recording, with some of what surrounds it."""
    start = max(span.start_ms - margin_ms, 0) * RATE_HZ // 1000
    return samples[start : (span.end_ms + margin_ms) * RATE_HZ // 1000]
