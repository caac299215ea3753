import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.caller.signals import line
from voicebot.caller.audio_files import cut, read_wav, write_wav
from voicebot.caller.sound import RATE_HZ, Span, sounds
from voicebot.errors import CallerError


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    samples = line(500, [Span(100, 300)])
    write_wav(tmp_path / "mono.wav", samples)
    assert np.array_equal(read_wav(tmp_path / "mono.wav"), samples)


def test_both_sides_of_a_call_make_one_stereo_file(tmp_path: Path) -> None:
    said, heard = line(500, [Span(0, 200)]), line(500, [Span(300, 500)])
    write_wav(tmp_path / "stereo.wav", said, heard)
    with wave.open(str(tmp_path / "stereo.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE_HZ)
        both = np.frombuffer(file.readframes(4_000), dtype="<i2").reshape(-1, 2)
    assert np.array_equal(both[:, 0], said)
    assert np.array_equal(both[:, 1], heard)


def test_a_file_of_another_rate_is_brought_to_telephone_rate(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "wide.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.repeat(line(2_000, [Span(500, 1_500)]), 2).tobytes())
    (found,) = sounds(read_wav(tmp_path / "wide.wav"))
    assert found.start_ms == pytest.approx(500, abs=10)
    assert found.end_ms == pytest.approx(1_500, abs=10)


def test_a_file_that_is_no_wav_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"RIFFxxxx")
    for name in ("no.wav", "absent.wav"):
        with pytest.raises(CallerError, match="is not a readable PCM WAV file"):
            read_wav(tmp_path / name)


def test_eight_bit_files_are_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "small.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(bytes(80))
    with pytest.raises(CallerError, match="8 bits a sample"):
        read_wav(tmp_path / "small.wav")


@given(st.integers(0, 900), st.integers(0, 900), st.integers(0, 300))
def test_a_slice_holds_its_span_and_no_more_than_its_margins(
    start_ms: int, length_ms: int, margin_ms: int
) -> None:
    whole = np.arange(8_000, dtype=np.int16)
    part = cut(whole, Span(start_ms, start_ms + length_ms), margin_ms)
    wanted = whole[start_ms * 8 : (start_ms + length_ms) * 8]
    assert set(wanted.tolist()) <= set(part.tolist())
    assert len(part) <= (length_ms + 2 * margin_ms) * 8
