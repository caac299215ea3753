"""What the STT stage answers."""

import numpy as np
import pytest
from redis import Redis

from tests.fakes.engines import FakeRecognitionEngine
from workers import audio
from workers.assignment import Closing
from workers.contract import FailureReason, RecognizeWork, ReplyKind, Unit, audio_key
from workers.errors import WorkFailed
from workers.languages import ByLanguage
from workers.streams import WorkChannel
from workers.stt.task import recognize

LOUD = np.full(800, 0.5, dtype=np.float32)


def work(encoding: str = "ulaw", language: str = "en") -> RecognizeWork:
    return RecognizeWork("w1", "c1", "agent1", 2e9, encoding, language, "bikes", False)


def answer(redis: Redis, engine: FakeRecognitionEngine, asked: RecognizeWork) -> Closing:
    return recognize(ByLanguage({"en": engine}), asked, WorkChannel(asked, redis, lambda: 1.0))


@pytest.mark.parametrize(
    ("encoding", "samples"), [("ulaw", 1_600), ("alaw", 1_600), ("slin", 1_600), ("slin16", 800)]
)
def test_the_engine_hears_every_encoding_at_16_khz(
    redis: Redis, encoding: str, samples: int
) -> None:
    engine = FakeRecognitionEngine()
    redis.set(audio_key("w1"), audio.encode(LOUD, encoding))
    assert answer(redis, engine, work(encoding)) == Closing(ReplyKind.TRANSCRIPT, "hello", 0.9)
    [(heard, hint, accurate)] = engine.heard
    assert (abs(heard - samples) <= 2, hint, accurate) == (True, "bikes", False)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (work(language="de"), FailureReason.LANGUAGE_UNSUPPORTED),
        (work(encoding="opus"), FailureReason.BAD_REQUEST),
        (work(), FailureReason.AUDIO_MISSING),
    ],
)
def test_what_cannot_be_recognised_is_refused(
    redis: Redis, asked: RecognizeWork, reason: FailureReason
) -> None:
    with pytest.raises(WorkFailed) as failure:
        answer(redis, FakeRecognitionEngine(), asked)
    assert failure.value.reason is reason


@pytest.mark.parametrize(("encoding", "audio_ms"), [("ulaw", 100), ("slin16", 50)])
def test_the_speech_that_was_read_counts_for_the_call(
    redis: Redis, encoding: str, audio_ms: int
) -> None:
    asked = work(encoding)
    channel = WorkChannel(asked, redis, lambda: 1.0)
    redis.set(audio_key("w1"), audio.encode(LOUD, encoding))
    recognize(ByLanguage({"en": FakeRecognitionEngine()}), asked, channel)
    assert channel.spent == {Unit.AUDIO_MS: audio_ms}
