"""Pacing against an Asterisk that ticks when it likes and answers late."""

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.media.pacing import (
    CAP_MS,
    MAX_QUEUED_MS,
    REFILL_MS,
    TARGET_MS,
    Pacing,
    SendAudio,
    SendMark,
)

FRAME = Encoding.ULAW.frame_bytes
FRAME_S = FRAME_MS / 1000


def audio(length_ms: int) -> bytes:
    """Audio that holds no silence byte, so that padding can be told from it."""
    return bytes(position % 251 for position in range(length_ms * Encoding.ULAW.bytes_per_ms))


def sent(pacing: Pacing, now: float) -> list[SendAudio | SendMark]:
    """All that goes out now."""
    messages = []
    while (message := pacing.next_message(now)) is not None:
        messages.append(message)
    return messages


def sent_ms(messages: list[SendAudio | SendMark]) -> int:
    return sum(
        Encoding.ULAW.duration_ms(message.audio)
        for message in messages
        if isinstance(message, SendAudio)
    )


def marks_in(messages: list[SendAudio | SendMark]) -> list[int]:
    return [message.serial for message in messages if isinstance(message, SendMark)]


def test_the_target_is_sent_at_once() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(1_000))
    assert sent_ms(sent(pacing, 0.0)) == TARGET_MS


def test_more_is_sent_when_the_cushion_is_reached_and_not_before() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(1_000))
    sent(pacing, 0.0)
    deadline = pacing.next_deadline()
    assert deadline is not None
    assert deadline == pytest.approx((TARGET_MS - REFILL_MS) / 1000)
    assert sent(pacing, deadline - 0.001) == []
    assert sent_ms(sent(pacing, deadline)) == TARGET_MS - REFILL_MS


def test_what_is_ahead_at_a_pause_is_still_unheard_much_later() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(1_000))
    sent(pacing, 0.0)
    pacing.pause(0.1)
    pacing.pause(5.0)
    assert sent(pacing, 10.0) == []
    assert pacing.next_deadline() is None
    pacing.resume(10.0)
    assert pacing.dry_at == pytest.approx(10.1)
    assert pacing.flush(10.0) == 900


def test_without_proof_of_playing_no_more_than_the_cap_is_sent() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(5_000))
    total_ms = sum(sent_ms(sent(pacing, tick * FRAME_S)) for tick in range(100))
    assert total_ms == CAP_MS
    assert pacing.next_deadline() is None


def test_proof_of_playing_lets_the_audio_flow_again() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(5_000))
    serials = [serial for tick in range(50) for serial in marks_in(sent(pacing, tick * FRAME_S))]
    assert pacing.mark_processed(serials[-1], 1.0) == ()
    assert sent_ms(sent(pacing, 1.0)) == TARGET_MS


def test_nothing_is_sent_between_xoff_and_xon() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(1_000))
    pacing.hold()
    assert sent(pacing, 0.0) == []
    assert pacing.next_deadline() is None
    pacing.release()
    assert sent_ms(sent(pacing, 0.0)) == TARGET_MS


def test_a_mark_without_audio_is_sent_at_once() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue_mark("now")
    (message,) = sent(pacing, 0.0)
    assert isinstance(message, SendMark)
    assert pacing.mark_processed(message.serial, 0.02) == ("now",)


def test_an_answer_to_a_later_mark_covers_the_earlier_ones() -> None:
    pacing = Pacing(Encoding.ULAW)
    for mark_id in ("a", "b"):
        pacing.queue_mark(mark_id)
    serials = marks_in(sent(pacing, 0.0))
    assert pacing.mark_processed(serials[-1], 0.1) == ("a", "b")
    assert pacing.mark_processed(serials[0], 0.1) == ()


def test_running_dry_within_a_phrase_is_counted_and_between_phrases_not() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(40))
    sent(pacing, 0.0)
    pacing.queue(audio(40))
    sent(pacing, 1.0)
    assert pacing.underruns == 1
    pacing.queue_mark("end")
    sent(pacing, 1.0)
    pacing.queue(audio(40))
    sent(pacing, 2.0)
    assert pacing.underruns == 1


def test_a_flush_counts_by_the_clock_what_was_not_heard() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(1_000))
    sent(pacing, 0.0)
    assert pacing.flush(0.1) == 900


def test_a_flush_does_not_count_the_silence_that_filled_a_frame() -> None:
    pacing = Pacing(Encoding.ULAW)
    for phrase_ms in (30, 50):
        pacing.queue(audio(phrase_ms))
        pacing.queue_mark("phrase")
    sent(pacing, 0.0)
    pacing.queue(audio(1_010))
    pacing.queue_mark("later")
    assert pacing.flush(0.0) == 30 + 50 + 1_010


def test_after_everything_was_heard_a_flush_cuts_nothing() -> None:
    pacing = Pacing(Encoding.ULAW)
    pacing.queue(audio(100))
    sent(pacing, 0.0)
    assert pacing.flush(0.1) == 0


def test_an_endless_reply_is_a_bug() -> None:
    pacing = Pacing(Encoding.ULAW)
    with pytest.raises(AssertionError):
        pacing.queue(bytes(Encoding.ULAW.bytes_per_ms * MAX_QUEUED_MS + FRAME))


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_pieces_of_any_length_are_joined_into_whole_frames(pieces: list[bytes]) -> None:
    pacing = Pacing(Encoding.ULAW)
    for piece in pieces:
        pacing.queue(piece)
    pacing.queue_mark("end")
    out, now, last = b"", 0.0, None
    while (messages := sent(pacing, now)) != []:
        out += b"".join(each.audio for each in messages if isinstance(each, SendAudio))
        last = marks_in(messages)[-1]
        now += 1.0
        pacing.mark_processed(last, now)
    whole = b"".join(pieces)
    assert len(out) % FRAME == 0
    assert len(out) - len(whole) < FRAME
    assert out == whole + Encoding.ULAW.silence_byte * (len(out) - len(whole))


@dataclass
class SimulatedAsterisk:
    """The queue of chan_websocket: a frame per tick; answers to marks travel for a while."""

    queue: deque[bytes | int] = field(default_factory=deque)
    played: bytes = b""
    answers: deque[int] = field(default_factory=deque)
    is_paused: bool = False

    def receive(self, message: SendAudio | SendMark) -> None:
        if isinstance(message, SendMark):
            self.queue.append(message.serial)
            return
        assert len(message.audio) % FRAME == 0
        for start in range(0, len(message.audio), FRAME):
            self.queue.append(message.audio[start : start + FRAME])

    def tick(self) -> None:
        if self.is_paused:
            return
        while self.queue and isinstance(self.queue[0], int):
            self.answers.append(self.queue[0])
            self.queue.popleft()
        if self.queue and isinstance(frame := self.queue.popleft(), bytes):
            self.played += frame

    @property
    def ahead_ms(self) -> int:
        return FRAME_MS * sum(isinstance(item, bytes) for item in self.queue)


class Conversation(RuleBasedStateMachine):
    """Any order of speaking, marking, ticking, answering, XOFF and flushing."""

    @initialize()
    def begin(self) -> None:
        self.now = 100.0
        self.pacing = Pacing(Encoding.ULAW)
        self.asterisk = SimulatedAsterisk()
        self.queued = b""  # since the last flush, padding included
        self.given_bytes = 0  # since the last flush, padding excluded
        self.marks: list[tuple[str, int]] = []  # not reported, with the audio before each
        self.next_byte = 0

    @rule(length=st.integers(0, 4_000))
    def speak(self, length: int) -> None:
        spoken = bytes((self.next_byte + i) % 251 for i in range(length))
        self.next_byte += length
        self.pacing.queue(spoken)
        self.queued += spoken
        self.given_bytes += length

    @rule()
    def mark(self) -> None:
        mark_id = f"mark {self.next_byte} {len(self.marks)}"
        self.pacing.queue_mark(mark_id)
        self.queued += Encoding.ULAW.silence_byte * (-len(self.queued) % FRAME)
        self.marks.append((mark_id, len(self.queued)))

    @rule(elapsed_ms=st.integers(0, 60))
    def wait_without_a_tick(self, elapsed_ms: int) -> None:
        self.now += elapsed_ms / 1000

    @rule(ticks=st.integers(1, 20))
    def play(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += FRAME_S
            self.asterisk.tick()

    @rule(ticks=st.integers(1, 20))
    def play_and_hear_at_once(self, ticks: int) -> None:
        for _ in range(ticks):
            self.play(1)
            self.hear_answers()
            self.send()

    @rule()
    def hear_answers(self) -> None:
        while self.asterisk.answers:
            for reported in self.pacing.mark_processed(self.asterisk.answers.popleft(), self.now):
                mark_id, audio_before = self.marks.pop(0)
                assert reported == mark_id
                assert len(self.asterisk.played) >= audio_before

    @rule()
    def send(self) -> None:
        while (message := self.pacing.next_message(self.now)) is not None:
            self.asterisk.receive(message)
        deadline = self.pacing.next_deadline()
        # Never an invitation to a busy loop.
        assert deadline is None or deadline > self.now

    @rule(is_held=st.booleans())
    def hold_or_release(self, is_held: bool) -> None:
        (self.pacing.hold if is_held else self.pacing.release)()

    @rule(is_paused=st.booleans())
    def pause_or_resume(self, is_paused: bool) -> None:
        (self.pacing.pause if is_paused else self.pacing.resume)(self.now)
        self.asterisk.is_paused = is_paused
        assert not is_paused or self.pacing.next_message(self.now) is None

    @rule()
    def flush(self) -> None:
        unheard_ms = self.pacing.flush(self.now)
        assert 0 <= unheard_ms <= Encoding.ULAW.bytes_per_ms * self.given_bytes
        # Asterisk keeps the marks' answers that are already under way.
        self.asterisk.queue.clear()
        self.asterisk.is_paused = False
        self.asterisk.played, self.queued, self.given_bytes = b"", b"", 0
        self.marks.clear()
        assert self.pacing.next_message(self.now) is None

    @invariant()
    def never_more_than_the_cap_is_ahead(self) -> None:
        if hasattr(self, "asterisk"):
            assert self.asterisk.ahead_ms <= CAP_MS

    @invariant()
    def what_is_played_is_what_was_queued(self) -> None:
        if hasattr(self, "asterisk"):
            assert self.queued.startswith(self.asterisk.played)

    def teardown(self) -> None:
        """Left to itself, everything is played and every mark reported."""
        if not hasattr(self, "asterisk"):
            return
        self.pacing.release()
        self.pause_or_resume(False)
        self.mark()
        for _ in range(len(self.queued) // FRAME + 10):
            self.send()
            self.play(1)
            self.hear_answers()
        assert self.asterisk.played == self.queued
        assert self.marks == []


TestConversation = Conversation.TestCase


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6), st.integers(0, 150))
def test_heard_and_unheard_are_all_that_was_queued(phrases_ms: list[int], ticks: int) -> None:
    """With an Asterisk that keeps time, the count is exact to the frame."""
    pacing, asterisk, now = Pacing(Encoding.ULAW), SimulatedAsterisk(), 0.0
    for number, phrase_ms in enumerate(phrases_ms):
        pacing.queue(b"\x01" * phrase_ms * Encoding.ULAW.bytes_per_ms)
        pacing.queue_mark(str(number))
    for _ in range(ticks):
        while (message := pacing.next_message(now)) is not None:
            asterisk.receive(message)
        asterisk.tick()
        now += FRAME_S
        while asterisk.answers:
            pacing.mark_processed(asterisk.answers.popleft(), now - FRAME_S)
    heard_ms = asterisk.played.count(1) // Encoding.ULAW.bytes_per_ms
    assert heard_ms + pacing.flush(now) == sum(phrases_ms)
