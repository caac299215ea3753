"""What does one frame of telephone audio look like?

A frame is 20 ms, the packet length that Asterisk plays and sends.
"""

from enum import StrEnum

FRAME_MS = 20


class Encoding(StrEnum):
    """Audio encodings, named as Asterisk's formats are."""

    ULAW = "ulaw"
    ALAW = "alaw"
    SLIN = "slin"
    SLIN16 = "slin16"

    @property
    def rate_hz(self) -> int:
        return 16_000 if self is Encoding.SLIN16 else 8_000

    @property
    def bytes_per_sample(self) -> int:
        return 1 if self in (Encoding.ULAW, Encoding.ALAW) else 2

    @property
    def bytes_per_ms(self) -> int:
        return self.rate_hz * self.bytes_per_sample // 1000

    @property
    def frame_bytes(self) -> int:
        return self.bytes_per_ms * FRAME_MS

    @property
    def silence_byte(self) -> bytes:
        """The byte that decodes to zero (ITU-T G.711; two's complement for linear)."""
        return {Encoding.ULAW: b"\xff", Encoding.ALAW: b"\xd5"}.get(self, b"\x00")

    @property
    def silence_frame(self) -> bytes:
        return self.silence_byte * self.frame_bytes

    def duration_ms(self, audio: bytes) -> int:
        """Length of `audio` in whole milliseconds."""
        return len(audio) // self.bytes_per_ms


# What lies above 3.4 kHz is lost in 8 kHz frames; Asterisk makes these into linear samples.
_WIDE_BAND_CODECS = frozenset({"g722", "opus", "slin12", "slin16", "slin24", "slin32", "slin48"})


def media_encoding(codec: str) -> Encoding:
    """What the media socket carries of a caller who speaks `codec` (Asterisk's name of it).

    G.711 as it comes, wide band as linear samples; of anything else Asterisk makes µ-law.
    """
    if codec in _WIDE_BAND_CODECS:
        return Encoding.SLIN16
    return Encoding.ALAW if codec == Encoding.ALAW else Encoding.ULAW
