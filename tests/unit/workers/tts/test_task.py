"""What the TTS stage answers."""

import pytest
from redis import Redis

from tests.fakes.engines import FakeSynthesisEngine
from tests.unit.workers.replies import told
from workers import audio
from workers.assignment import Closing
from workers.contract import FailureReason, SynthesizeWork, Unit, cancel_key
from workers.errors import WorkFailed
from workers.languages import ByLanguage
from workers.streams import WorkChannel
from workers.tts.task import encoded, synthesize


def work(
    encoding: str = "ulaw", language: str = "en", voice: str = "", text: str = "one two three"
) -> SynthesizeWork:
    return SynthesizeWork("w1", "c1", "agent1", 2e9, text, language, voice, encoding)


def answer(redis: Redis, engine: FakeSynthesisEngine, asked: SynthesizeWork) -> Closing:
    return synthesize(ByLanguage({"en": engine}), asked, WorkChannel(asked, redis, lambda: 1.0))


def chunks(redis: Redis) -> list[bytes]:
    return [reply.audio for reply in told(redis)]


@pytest.mark.parametrize("encoding", ["ulaw", "alaw", "slin", "slin16"])
def test_a_phrase_comes_in_whole_frames_of_the_call_s_encoding(redis: Redis, encoding: str) -> None:
    assert answer(redis, FakeSynthesisEngine(), work(encoding)) == Closing()
    came = chunks(redis)
    frame = audio.frame_bytes(encoding)
    assert [len(chunk) % frame for chunk in came[:-1]] == [0] * (len(came) - 1)
    # Three words of 100 ms; resampling may round each by a sample.
    assert abs(len(b"".join(came)) - 15 * frame) <= 12


def test_the_first_piece_is_told_before_the_second_is_made(redis: Redis) -> None:
    engine = FakeSynthesisEngine()
    made = encoded(engine, "one two three", "ulaw")
    next(made)
    assert engine.pieces_made == 1


def test_nothing_is_made_once_the_work_is_cancelled(redis: Redis) -> None:
    class CancelledAfterOne(FakeSynthesisEngine):
        def has_voice(self, voice: str) -> bool:
            redis.set(cancel_key("w1"), b"1")
            return True

    engine = CancelledAfterOne()
    with pytest.raises(WorkFailed) as failure:
        answer(redis, engine, work())
    assert failure.value.reason is FailureReason.CANCELLED
    assert engine.pieces_made == 0
    assert chunks(redis) == []


def test_a_phrase_without_words_is_no_sound_at_all(redis: Redis) -> None:
    assert answer(redis, FakeSynthesisEngine(), work(text="…")) == Closing()
    assert chunks(redis) == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (work(language="de"), FailureReason.LANGUAGE_UNSUPPORTED),
        (work(encoding="opus"), FailureReason.BAD_REQUEST),
        (work(voice="nobody"), FailureReason.BAD_REQUEST),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    redis: Redis, asked: SynthesizeWork, reason: FailureReason
) -> None:
    with pytest.raises(WorkFailed) as failure:
        answer(redis, FakeSynthesisEngine(), asked)
    assert failure.value.reason is reason


def test_the_characters_that_are_spoken_count_for_the_call(redis: Redis) -> None:
    asked = work(text="one two")
    channel = WorkChannel(asked, redis, lambda: 1.0)
    synthesize(ByLanguage({"en": FakeSynthesisEngine()}), asked, channel)
    assert channel.spent == {Unit.CHARACTERS: 7}
