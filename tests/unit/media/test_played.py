"""What the caller was played, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import Encoding
from voicebot.media.played import Played

SILENCE = Encoding.ULAW.silence_byte
MS = Encoding.ULAW.bytes_per_ms


@pytest.fixture
def played() -> Played:
    return Played(Encoding.ULAW)


def test_nothing_played_is_silence(played: Played) -> None:
    assert played.latest(100, 5.0) == SILENCE * 100 * MS


def test_the_past_is_told_and_not_what_is_only_queued(played: Played) -> None:
    played.sent(b"\x01" * 200 * MS, starts_at=1.0, now=1.0)
    assert played.latest(100, 1.05) == SILENCE * 50 * MS + b"\x01" * 50 * MS
    assert played.latest(100, 1.25) == b"\x01" * 50 * MS + SILENCE * 50 * MS


def test_messages_follow_one_another(played: Played) -> None:
    played.sent(b"\x01" * 100 * MS, starts_at=1.0, now=1.0)
    played.sent(b"\x02" * 100 * MS, starts_at=1.1, now=1.0)
    assert played.latest(100, 1.15) == b"\x01" * 50 * MS + b"\x02" * 50 * MS


def test_a_pause_puts_off_the_rest(played: Played) -> None:
    played.sent(b"\x01" * 50 * MS + b"\x02" * 50 * MS, starts_at=1.0, now=1.0)
    played.pause(1.05)
    assert played.latest(100, 1.1) == b"\x01" * 50 * MS + SILENCE * 50 * MS
    played.resume(2.0)
    assert played.latest(100, 2.05) == SILENCE * 50 * MS + b"\x02" * 50 * MS


def test_what_is_flushed_is_never_played(played: Played) -> None:
    played.sent(b"\x01" * 100 * MS, starts_at=1.0, now=1.0)
    played.pause(1.05)
    played.flush(1.1)
    played.resume(1.2)
    assert played.latest(100, 1.3) == SILENCE * 100 * MS


def test_the_distant_past_is_forgotten(played: Played) -> None:
    for second in range(10):
        played.sent(b"\x01" * 20 * MS, starts_at=second, now=second)
    assert played.latest(10_000, 9.0).count(b"\x01") <= 40 * MS


@given(
    st.sampled_from(Encoding),
    st.lists(st.tuples(st.sampled_from(["sent", "pause", "resume", "flush"]), st.integers(1, 300))),
)
def test_as_much_is_told_as_was_asked_for_in_whole_samples(
    encoding: Encoding, steps: list[tuple[str, int]]
) -> None:
    played, now = Played(encoding), 0.0
    sample = b"\x01\x02"[-encoding.bytes_per_sample :]
    for step, length_ms in steps:
        now += length_ms / 1000
        if step == "sent":
            count = length_ms * encoding.bytes_per_ms // encoding.bytes_per_sample
            played.sent(sample * count, now, now)
        else:
            getattr(played, step)(now)
        latest = played.latest(200, now + 0.1)
        assert len(latest) == 200 * encoding.bytes_per_ms
        size = encoding.bytes_per_sample
        units = {latest[start : start + size] for start in range(0, len(latest), size)}
        assert units <= {sample, encoding.silence_byte * size}


def test_what_our_clock_is_wrong_by_tears_nothing_apart(played: Played) -> None:
    played.sent(b"\x01" * 100 * MS, starts_at=1.0, now=1.0)
    played.sent(b"\x02" * 100 * MS, starts_at=1.213, now=1.05)
    played.sent(b"\x03" * 100 * MS, starts_at=1.191, now=1.15)
    expected = b"".join(bytes([number]) * 100 * MS for number in (1, 2, 3))
    assert played.latest(300, 1.3) == expected
