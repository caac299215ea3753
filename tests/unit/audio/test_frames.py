import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import FRAME_MS, Encoding, media_encoding
from voicebot.audio.g711 import decode


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("ulaw", Encoding.ULAW),
        ("alaw", Encoding.ALAW),
        ("g722", Encoding.SLIN16),
        ("opus", Encoding.SLIN16),
        ("slin48", Encoding.SLIN16),
        ("gsm", Encoding.ULAW),
        ("", Encoding.ULAW),
    ],
)
def test_g711_is_taken_as_it_comes_and_wide_band_as_linear_samples(
    codec: str, encoding: Encoding
) -> None:
    assert media_encoding(codec) is encoding


@given(st.text())
def test_any_codec_has_an_encoding_that_the_media_socket_carries(codec: str) -> None:
    assert media_encoding(codec) in {Encoding.ULAW, Encoding.ALAW, Encoding.SLIN16}


@pytest.mark.parametrize(
    ("encoding", "frame_bytes"),
    [
        (Encoding.ULAW, 160),
        (Encoding.ALAW, 160),
        (Encoding.SLIN, 320),
        (Encoding.SLIN16, 640),
    ],
)
def test_a_frame_is_as_long_as_asterisks(encoding: Encoding, frame_bytes: int) -> None:
    assert encoding.frame_bytes == frame_bytes
    assert encoding.duration_ms(bytes(frame_bytes)) == FRAME_MS


@pytest.mark.parametrize("encoding", Encoding)
def test_silence_is_silent(encoding: Encoding) -> None:
    samples = decode(encoding.silence_frame, encoding)
    assert samples.size == encoding.rate_hz * FRAME_MS // 1000
    # A-law has no zero.
    assert abs(samples).max() <= 8
