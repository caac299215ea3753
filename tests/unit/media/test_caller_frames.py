"""Packets and silence become frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.media.caller_frames import FIRST_PATIENCE_S, PATIENCE_S, CallerFrames

FRAME = Encoding.ULAW.frame_bytes
FRAME_S = FRAME_MS / 1000
SILENCE = Encoding.ULAW.silence_frame
SPEECH = b"\x10" * FRAME


def test_a_packet_of_one_frame_is_that_frame() -> None:
    assert CallerFrames(Encoding.ULAW, 0.0).receive(SPEECH, 0.0) == (SPEECH,)


@given(st.lists(st.binary(max_size=1_000)))
def test_packets_of_any_length_are_cut_into_frames_and_nothing_is_lost(
    packets: list[bytes],
) -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    frames = [frame for packet in packets for frame in caller_frames.receive(packet, 0.0)]
    whole = b"".join(packets)
    assert all(len(frame) == FRAME for frame in frames)
    assert whole.startswith(b"".join(frames))
    assert len(whole) - len(frames) * FRAME < FRAME


def test_silence_begins_when_patience_ends_and_continues_by_the_clock() -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    caller_frames.receive(SPEECH, 10.0)
    assert caller_frames.next_deadline() == 10.0 + PATIENCE_S
    assert caller_frames.on_deadline(10.0 + PATIENCE_S - 0.001) == ()
    now = caller_frames.next_deadline()
    for _ in range(5):
        assert caller_frames.on_deadline(now) == (SILENCE,)
        assert caller_frames.next_deadline() == pytest.approx(now + FRAME_S)
        now = caller_frames.next_deadline()


def test_the_first_frame_is_waited_for_longer() -> None:
    assert CallerFrames(Encoding.ULAW, 5.0).next_deadline() == 5.0 + FIRST_PATIENCE_S


def test_speech_ends_the_silence() -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    caller_frames.on_deadline(FIRST_PATIENCE_S)
    assert caller_frames.receive(SPEECH, 1.0) == (SPEECH,)
    assert caller_frames.next_deadline() == 1.0 + PATIENCE_S


def test_silence_completes_the_rest_of_the_last_packet() -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    caller_frames.receive(SPEECH[:40], 0.0)
    assert caller_frames.on_deadline(PATIENCE_S) == (SPEECH[:40] + SILENCE[40:],)
    assert caller_frames.on_deadline(PATIENCE_S + FRAME_S) == (SILENCE,)


def test_an_empty_packet_is_no_sign_of_life() -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    assert caller_frames.receive(b"", 0.1) == ()
    assert caller_frames.next_deadline() == FIRST_PATIENCE_S


def test_when_we_were_held_up_unread_packets_are_looked_for_first() -> None:
    caller_frames = CallerFrames(Encoding.ULAW, 0.0)
    caller_frames.receive(SPEECH, 0.0)
    late = 0.5
    assert caller_frames.on_deadline(late) == ()
    assert caller_frames.next_deadline() == late + FRAME_S
    # Still nothing, and late again: now it is the caller's silence.
    assert caller_frames.on_deadline(late + 3 * FRAME_S) == (SILENCE,)


@given(st.lists(st.floats(0.001, 0.3), max_size=50))
def test_silence_never_runs_ahead_of_the_clock(waits_s: list[float]) -> None:
    caller_frames, now, frames = CallerFrames(Encoding.ULAW, 0.0), 0.0, 0
    for wait_s in waits_s:
        now += wait_s
        while caller_frames.next_deadline() <= now:
            frames += len(caller_frames.on_deadline(now))
        assert frames * FRAME_S <= now
