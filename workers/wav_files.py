"""How is a WAV file read as samples, and samples written as one?

Sixteen-bit linear PCM, which is what recorders and telephones write here.
"""

import wave
from pathlib import Path

from workers import audio


class WavUnreadable(ValueError):
    """The file is no WAV file of 16-bit samples."""


def read_wav(path: Path, rate_hz: int) -> audio.Samples:
    """The whole file, its channels mixed, at another rate; raises WavUnreadable or OSError."""
    try:
        with wave.open(str(path), "rb") as wav:
            if wav.getsampwidth() != 2:
                raise WavUnreadable(f"{path}: only 16-bit samples are read")
            channels, own_rate_hz = wav.getnchannels(), wav.getframerate()
            samples = audio.decode(wav.readframes(wav.getnframes()), "slin")
    except (wave.Error, EOFError) as error:
        raise WavUnreadable(f"{path}: {error}") from error
    whole = samples[: samples.size // channels * channels]
    mixed = whole.reshape(-1, channels).mean(axis=1, dtype="float32")
    return audio.resample(mixed, own_rate_hz, rate_hz)


def write_wav(path: Path, samples: audio.Samples, rate_hz: int) -> None:
    """One channel."""
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        wav.writeframes(audio.encode(samples, "slin"))
