"""WAV files and samples become each other."""

import wave
from pathlib import Path

import numpy as np
import pytest

from workers.wav_files import WavUnreadable, read_wav, write_wav


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    samples = np.linspace(-0.9, 0.9, 800).astype(np.float32)
    write_wav(tmp_path / "a.wav", samples, 8_000)
    assert read_wav(tmp_path / "a.wav", 8_000) == pytest.approx(samples, abs=1e-4)


def test_a_file_is_read_at_the_rate_asked_for(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(800, dtype=np.float32), 8_000)
    assert abs(read_wav(tmp_path / "a.wav", 16_000).size - 1_600) <= 2


def test_two_channels_are_mixed(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(8_000)
        wav.writeframes(np.array([16_384, 0] * 10, dtype="<i2").tobytes())
    assert read_wav(tmp_path / "a.wav", 8_000).tolist() == [0.25] * 10


def test_what_is_no_wav_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(WavUnreadable):
        read_wav(tmp_path / "a.wav", 8_000)


def test_samples_of_eight_bits_are_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(1)
        wav.setframerate(8_000)
        wav.writeframes(b"\x80" * 10)
    with pytest.raises(WavUnreadable, match="16-bit"):
        read_wav(tmp_path / "a.wav", 8_000)
