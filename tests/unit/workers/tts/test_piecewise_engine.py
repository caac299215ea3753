"""A phrase is spoken piece by piece, and one piece at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest

from tests.polling import until
from workers.audio import Samples
from workers.tts.engine import SynthesisEngine
from workers.tts.piecewise_engine import PiecewiseEngine
from workers.tts.silence import AFTER_MS, AT_COMMA_MS, BEFORE_MS

RATE_HZ = 8_000
LIMIT_S = 10.0
SOUND = np.full(RATE_HZ // 10, 0.5, np.float32)
LONG = (
    "We are open from nine to six on weekdays, from ten to four on Saturdays, "
    "and closed on Sundays."
)


class Voice(PiecewiseEngine):
    """Speaks each piece as 100 ms of sound, except those that it cannot speak."""

    name = "voice"
    version = "voice-1"
    languages: tuple[str, ...] = ("en",)

    def __init__(self, unspeakable: str = "nothing") -> None:
        super().__init__("joe", RATE_HZ)
        self.unspeakable = unspeakable
        self.spoken: list[str] = []
        self.began = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def _speak(self, part: str) -> Samples:
        self.spoken.append(part)
        self.began.set()
        assert self.may_end.wait(LIMIT_S)
        return SOUND[:0] if self.unspeakable in part else SOUND


def lengths_ms(engine: SynthesisEngine, text: str) -> list[int]:
    return [piece.size * 1000 // RATE_HZ for piece in engine.synthesize(text)]


def test_pieces_are_spoken_in_order_with_a_speakers_pauses() -> None:
    voice = Voice()
    *within, last = lengths_ms(voice, LONG)
    assert " ".join(voice.spoken) == LONG
    assert within
    assert set(within) == {BEFORE_MS + 100 + AT_COMMA_MS}
    assert last == BEFORE_MS + 100 + AFTER_MS


def test_a_piece_is_spoken_only_when_it_is_wanted() -> None:
    voice = Voice()
    next(voice.synthesize(LONG))
    assert len(voice.spoken) == 1


def test_a_piece_that_says_nothing_is_left_out() -> None:
    voice = Voice(unspeakable="Saturdays")
    assert len(lengths_ms(voice, LONG)) == len(voice.spoken) - 1


def test_calls_take_turns_between_pieces() -> None:
    voice = Voice()
    long = voice.synthesize(LONG)
    next(long)
    assert lengths_ms(voice, "Yes.") == [BEFORE_MS + 100 + AFTER_MS]
    assert next(long).size
    assert voice.spoken[1] == "Yes."


def test_two_pieces_are_never_spoken_at_once() -> None:
    voice = Voice()
    voice.may_end.clear()
    with ThreadPoolExecutor() as calls:
        first = calls.submit(lengths_ms, voice, "Yes.")
        assert voice.began.wait(LIMIT_S)
        second = calls.submit(lengths_ms, voice, "No.")
        # Long enough for it to speak, if it could.
        wait([second], timeout=0.05)
        assert voice.spoken == ["Yes."]
        voice.may_end.set()
        assert first.result() == second.result()
    assert voice.spoken == ["Yes.", "No."]


def test_what_is_due_first_is_spoken_first() -> None:
    voice = Voice()
    long = voice.synthesize(LONG)
    next(long)
    voice.may_end.clear()
    voice.began.clear()
    with ThreadPoolExecutor() as calls:
        running = calls.submit(lengths_ms, voice, "One moment.")
        assert voice.began.wait(LIMIT_S)
        # The caller still hears the first piece when the second is asked for.
        second = calls.submit(next, long)
        until(lambda: voice.waiting == 1, "the second piece waits")
        first = calls.submit(lengths_ms, voice, "Yes.")
        until(lambda: voice.waiting == 2, "another call's first piece waits")
        voice.may_end.set()
        assert len(running.result(LIMIT_S)) == len(first.result(LIMIT_S)) == 1
        assert second.result(LIMIT_S).size
    assert voice.spoken[1:3] == ["One moment.", "Yes."]


def test_a_piece_that_nobody_wants_is_not_spoken() -> None:
    wanted = iter([True, False])

    def check_wanted() -> None:
        if not next(wanted):
            raise LookupError

    voice = Voice()
    phrase = voice.synthesize(LONG, check_wanted)
    next(phrase)
    with pytest.raises(LookupError):
        next(phrase)
    assert len(voice.spoken) == 1


def test_a_voice_goes_by_its_name_or_none() -> None:
    voice = Voice()
    assert [voice.has_voice(name) for name in ("", "joe", "ann")] == [True, True, False]


def test_an_engine_warms_up_by_speaking() -> None:
    voice = Voice()
    voice.warm_up()
    assert voice.spoken
