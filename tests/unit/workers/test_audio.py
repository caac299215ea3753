"""Telephone audio and samples become each other."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio import g711
from voicebot.audio.frames import Encoding
from workers import audio

ENCODINGS = ["ulaw", "alaw", "slin", "slin16"]


@pytest.mark.parametrize("law", [Encoding.ULAW, Encoding.ALAW])
def test_every_byte_decodes_as_it_does_for_the_agents(law: Encoding) -> None:
    every_byte = bytes(range(256))
    ours = np.rint(audio.decode(every_byte, law.value) * 32_768).astype(np.int16)
    assert ours.tolist() == g711.decode(every_byte, law).tolist()


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
@given(audio_bytes=st.binary(max_size=200))
def test_g711_survives_decoding_and_encoding(law: str, audio_bytes: bytes) -> None:
    samples = audio.decode(audio_bytes, law)
    again = audio.decode(audio.encode(samples, law), law)
    assert again.tolist() == samples.tolist()


@pytest.mark.parametrize(("encoding", "byte"), [("ulaw", 0xFF), ("alaw", 0xD5), ("slin", 0)])
def test_silence_is_the_byte_that_telephones_send(encoding: str, byte: int) -> None:
    assert set(audio.encode(np.zeros(8, dtype=np.float32), encoding)) == {byte}


@given(st.integers(-32_768, 32_767))
def test_linear_samples_survive_exactly(sample: int) -> None:
    linear = np.array([sample], dtype="<i2").tobytes()
    assert audio.encode(audio.decode(linear, "slin"), "slin") == linear


def test_what_is_too_loud_is_clipped() -> None:
    loud = np.array([3.0, -3.0], dtype=np.float32)
    assert audio.encode(loud, "slin") == np.array([32_767, -32_768], dtype="<i2").tobytes()


def test_half_a_sample_at_the_end_is_dropped() -> None:
    assert audio.decode(b"\x01\x02\x03", "slin").size == 1


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(audio.UnknownEncoding):
        audio.decode(b"", "opus")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_frame_is_as_long_as_the_agents_expect(encoding: str) -> None:
    assert audio.frame_bytes(encoding) == Encoding(encoding).frame_bytes


@given(st.integers(1, 4_000))
def test_resampling_keeps_the_duration(count: int) -> None:
    samples = np.zeros(count, dtype=np.float32)
    assert abs(audio.resample(samples, 8_000, 16_000).size - 2 * count) <= 2


def test_resampling_keeps_a_tone() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(audio.resample(tone, 8_000, 16_000), n=16_000))
    assert int(spectrum.argmax()) == 440


@given(st.lists(st.binary(max_size=500), max_size=10), st.integers(1, 320))
def test_chunks_are_whole_frames_but_the_last_and_nothing_is_lost(
    pieces: list[bytes], frame_length: int
) -> None:
    chunks = list(audio.whole_frames(iter(pieces), frame_length))
    assert b"".join(chunks) == b"".join(pieces)
    assert all(chunk for chunk in chunks)
    assert all(len(earlier) % frame_length == 0 for earlier, _ in pairwise(chunks))
