"""What every synthesizer does, and how the real one sounds."""

import numpy as np
import pytest

from workers.errors import EngineMissing
from workers.tts.engine import SynthesisEngine
from workers.tts.piper_engine import PiperEngine
from workers.tts.silence import AUDIBLE

LONG = (
    "We are open from nine to six on weekdays, from ten to four on Saturdays, "
    "and closed on Sundays."
)


def test_a_phrase_is_heard(synthesizer: SynthesisEngine) -> None:
    synthesizer.warm_up()
    samples = np.concatenate(list(synthesizer.synthesize("Hello, how can I help you?")))
    assert samples.dtype == np.float32
    assert 0.4 < samples.size / synthesizer.rate_hz < 4
    assert 0.1 < float(np.abs(samples).max()) <= 1.0


@pytest.mark.parametrize("text", ["", "   ", "…", "?!"])
def test_a_phrase_without_words_is_silence(synthesizer: SynthesisEngine, text: str) -> None:
    heard = [piece for piece in synthesizer.synthesize(text) if np.abs(piece).max() > AUDIBLE]
    assert heard == []


def test_a_long_phrase_comes_in_pieces(synthesizer: SynthesisEngine) -> None:
    assert len(list(synthesizer.synthesize(LONG))) > 1


def test_it_says_what_it_speaks(synthesizer: SynthesisEngine) -> None:
    assert synthesizer.supports("en")
    assert synthesizer.supports("en-US")
    assert not synthesizer.supports("de")
    assert synthesizer.has_voice("")
    assert not synthesizer.has_voice("nobody")
    assert synthesizer.version


def test_the_first_sound_of_piper_comes_early_in_its_audio(piper: PiperEngine) -> None:
    first = next(iter(piper.synthesize(LONG)))
    assert int(np.flatnonzero(np.abs(first) > AUDIBLE)[0]) <= piper.rate_hz * 31 // 1000


def test_a_voice_that_is_absent_is_named() -> None:
    with pytest.raises(EngineMissing, match=r"/no/such\.onnx.*VOICEBOT_TTS_VOICE"):
        PiperEngine(threads=1, voice="/no/such.onnx")
