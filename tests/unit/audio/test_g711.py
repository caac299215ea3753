"""Bytes and samples agree with ITU-T G.711."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode, encode

COMPANDED = [Encoding.ULAW, Encoding.ALAW]
samples_16_bit = st.integers(-32_768, 32_767)


@pytest.mark.parametrize(
    ("encoding", "byte", "sample"),
    [
        # G.711 table 2a/2b (µ-law), levels scaled to 16 bits: 8031 << 2, 0, the first step.
        (Encoding.ULAW, 0x80, 32_124),
        (Encoding.ULAW, 0x00, -32_124),
        (Encoding.ULAW, 0xFF, 0),
        (Encoding.ULAW, 0x7F, 0),
        (Encoding.ULAW, 0xFE, 8),
        (Encoding.ULAW, 0x8F, 16_764),
        # G.711 table 1a/1b (A-law), levels scaled to 16 bits: 4032 << 3, 1 << 3.
        (Encoding.ALAW, 0xAA, 32_256),
        (Encoding.ALAW, 0x2A, -32_256),
        (Encoding.ALAW, 0xD5, 8),
        (Encoding.ALAW, 0x55, -8),
    ],
)
def test_known_bytes_decode_to_the_levels_of_the_standard(
    encoding: Encoding, byte: int, sample: int
) -> None:
    assert decode(bytes([byte]), encoding).tolist() == [sample]


@pytest.mark.parametrize("encoding", COMPANDED)
def test_every_byte_survives_decoding_and_encoding(encoding: Encoding) -> None:
    every_byte = bytes(range(256))
    # µ-law has two zeros; the negative one comes back as the positive one.
    expected = every_byte.replace(b"\x7f", b"\xff") if encoding is Encoding.ULAW else every_byte
    assert encode(decode(every_byte, encoding), encoding) == expected


@pytest.mark.parametrize("encoding", list(Encoding))
def test_digital_silence_is_the_silence_byte_of_the_encoding(encoding: Encoding) -> None:
    silence = encode(np.zeros(3, dtype=np.int16), encoding)
    assert silence == encoding.silence_byte * len(silence)


@pytest.mark.parametrize("encoding", COMPANDED)
@given(sample=samples_16_bit)
def test_no_other_byte_would_be_nearer(encoding: Encoding, sample: int) -> None:
    chosen = decode(encode(np.array([sample], dtype=np.int16), encoding), encoding)
    every_level = decode(bytes(range(256)), encoding).astype(int)
    assert abs(int(chosen[0]) - sample) == np.abs(every_level - sample).min()


@pytest.mark.parametrize("encoding", COMPANDED)
@given(pair=st.tuples(samples_16_bit, samples_16_bit))
def test_louder_samples_never_come_back_quieter(encoding: Encoding, pair: tuple[int, int]) -> None:
    low, high = decode(encode(np.array(sorted(pair), dtype=np.int16), encoding), encoding).tolist()
    assert low <= high


@pytest.mark.parametrize("encoding", [Encoding.SLIN, Encoding.SLIN16])
@given(samples=st.lists(samples_16_bit))
def test_linear_audio_is_little_endian_and_unchanged(
    encoding: Encoding, samples: list[int]
) -> None:
    audio = encode(np.array(samples, dtype=np.int16), encoding)
    assert audio == b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)
    assert decode(audio, encoding).tolist() == samples
