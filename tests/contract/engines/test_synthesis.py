"""What every synthesizer does, and how the real one sounds."""

from pathlib import Path

import numpy as np
import pytest

from workers import audio
from workers.contract import serving_language
from workers.errors import EngineMissing
from workers.tts.engine import SynthesisEngine
from workers.tts.hibari_engine import HibariEngine
from workers.tts.piper_engine import PiperEngine
from workers.tts.silence import AUDIBLE
from workers.tts.task import encoded

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
    assert serving_language("en", synthesizer.languages) == "en"
    assert serving_language("en-US", synthesizer.languages) == "en"
    assert serving_language("de", synthesizer.languages) is None
    assert synthesizer.has_voice("")
    assert not synthesizer.has_voice("nobody")
    assert synthesizer.version


def test_the_first_sound_comes_early_in_its_audio(synthesizer: SynthesisEngine) -> None:
    first = next(iter(synthesizer.synthesize(LONG)))
    assert int(np.flatnonzero(np.abs(first) > AUDIBLE)[0]) <= synthesizer.rate_hz * 31 // 1000


@pytest.mark.parametrize("encoding", ["ulaw", "alaw", "slin", "slin16"])
def test_it_is_heard_in_every_encoding_at_its_own_pace(
    synthesizer: SynthesisEngine, encoding: str
) -> None:
    coded = b"".join(encoded(synthesizer, "Hello, how can I help you?", encoding))
    heard = audio.decode(coded, encoding)
    assert 0.4 < heard.size / audio.rate_hz(encoding) < 4
    assert 0.1 < float(np.abs(heard).max()) <= 1.0


def test_a_wide_band_caller_hears_more_than_the_telephone_band(hibari: HibariEngine) -> None:
    heard = audio.decode(b"".join(encoded(hibari, "Sixty-six is sufficient.", "slin16")), "slin16")
    power = np.abs(np.fft.rfft(heard)) ** 2
    above_4_khz = power[power.size // 2 :].sum() / power.sum()
    assert above_4_khz > 0.001


@pytest.mark.parametrize("make", [PiperEngine, HibariEngine])
def test_an_even_voice_says_the_same_text_the_same_way(
    make: type[PiperEngine] | type[HibariEngine],
) -> None:
    engine = make(threads=1, is_even=True)
    first, second = (np.concatenate(list(engine.synthesize("Good morning."))) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_voice_that_hibari_would_have_to_fetch_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    with pytest.raises(EngineMissing, match="emma"):
        HibariEngine(threads=1, voice="emma")
    with pytest.raises(EngineMissing, match=r"nobody.*heart"):
        HibariEngine(threads=1, voice="nobody")


def test_a_voice_that_is_absent_is_named() -> None:
    with pytest.raises(EngineMissing, match=r"/no/such\.onnx.*VOICEBOT_TTS_VOICE"):
        PiperEngine(threads=1, voice="/no/such.onnx")
