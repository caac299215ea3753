"""What every speech recognizer does, and what the real one understands."""

from collections.abc import Callable

import numpy as np
import pytest

from workers import audio
from workers.audio import Samples
from workers.contract import FailureReason, serving_language
from workers.errors import WorkFailed
from workers.stt.engine import RATE_HZ, RecognitionEngine
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.stt.recording import find_stretches, transcribe
from workers.tts.piper_engine import PiperEngine

SILENCE = np.zeros(RATE_HZ, dtype=np.float32)
Noise = Callable[[int], Samples]


def spoken(piper: PiperEngine, text: str) -> Samples:
    """As a telephone would carry it: µ-law at 8 kHz."""
    samples = np.concatenate(list(piper.synthesize(text)))
    narrow = audio.encode(audio.resample(samples, piper.rate_hz, 8_000), "ulaw")
    return audio.resample(audio.decode(narrow, "ulaw"), 8_000, RATE_HZ)


@pytest.mark.parametrize("accurate", [False, True])
def test_silence_has_no_words(recognizer: RecognitionEngine, accurate: bool) -> None:
    recognizer.warm_up()
    heard = recognizer.recognize(SILENCE, language="en", hint="", accurate=accurate)
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_nothing_at_all_has_no_words(recognizer: RecognitionEngine) -> None:
    assert recognizer.recognize(SILENCE[:0], language="en", hint="", accurate=False).text == ""


def test_it_says_what_it_understands(recognizer: RecognitionEngine) -> None:
    assert serving_language("en", recognizer.languages) == "en"
    assert serving_language("en-US", recognizer.languages) == "en"
    assert serving_language("de", recognizer.languages) is None


def white(seed: int) -> Samples:
    return np.random.default_rng(seed).normal(0, 0.05, 3 * RATE_HZ).astype(np.float32)


def hum(seed: int) -> Samples:
    return np.sin(2 * np.pi * 50 * np.arange(3 * RATE_HZ) / RATE_HZ).astype(np.float32) * 0.1


def ringing(seed: int) -> Samples:
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    tones = np.sin(2 * np.pi * 440 * time_s) + np.sin(2 * np.pi * 480 * time_s)
    return (0.2 * tones).astype(np.float32)


def clicks(seed: int) -> Samples:
    samples = np.random.default_rng(seed).normal(0, 0.001, 2 * RATE_HZ)
    samples[::RATE_HZ] = 0.9
    return samples.astype(np.float32)


@pytest.mark.parametrize("noise", [white, hum, ringing, clicks])
def test_noise_makes_no_words(whisper: FasterWhisperEngine, noise: Noise) -> None:
    assert whisper.recognize(noise(1), language="en", hint="", accurate=False).text == ""


@pytest.mark.parametrize("accurate", [False, True])
def test_a_sentence_is_understood(
    whisper: FasterWhisperEngine, piper: PiperEngine, accurate: bool
) -> None:
    samples = spoken(piper, "When are you open on Saturday?")
    heard = whisper.recognize(samples, language="en", hint="", accurate=accurate)
    assert "open on saturday" in heard.text.lower()
    assert 0.4 < heard.confidence <= 1.0


def test_what_is_heard_together_is_heard_as_it_is_alone(
    whisper: FasterWhisperEngine, piper: PiperEngine
) -> None:
    texts = ["When are you open on Saturday?", "How much is a tune-up?", "Thank you, goodbye."]
    passes = [whisper.pass_of(spoken(piper, text), "en", "", 1_000) for text in texts]
    alone = [whisper.runs.run([one])[0].tokens for one in passes]
    assert [one.tokens for one in whisper.runs.run(passes)] == alone


def test_an_utterance_that_nobody_waits_for_is_not_heard(
    recognizer: RecognitionEngine, piper: PiperEngine
) -> None:
    def hung_up() -> None:
        raise WorkFailed(FailureReason.CANCELLED)

    with pytest.raises(WorkFailed):
        recognizer.recognize(
            spoken(piper, "Hello?"), language="en", hint="", accurate=False, check_wanted=hung_up
        )


def test_a_hint_does_not_put_words_into_the_caller_s_mouth(
    whisper: FasterWhisperEngine, piper: PiperEngine
) -> None:
    samples = spoken(piper, "When are you open on Saturday?")
    hinted = whisper.recognize(
        samples, language="en", hint="Lakeside Bikes, tune-up, helmet", accurate=False
    )
    assert "open on saturday" in hinted.text.lower()
    assert "helmet" not in hinted.text.lower()


def test_a_name_of_the_business_is_understood_with_its_hint(whisper: FasterWhisperEngine) -> None:
    voice = PiperEngine(threads=2, is_even=True)
    samples = spoken(voice, "Do you have Campagnolo brakes?")
    heard = [
        whisper.recognize(samples, language="en", hint=hint, accurate=False).text
        for hint in ("", "Lakeside Bikes, Campagnolo, Brompton")
    ]
    assert ["Campagnolo" in text for text in heard] == [False, True]


def test_a_long_recording_is_heard_to_its_end(
    whisper: FasterWhisperEngine, piper: PiperEngine
) -> None:
    sentence = spoken(piper, "We are open on Saturday.")
    recording = np.concatenate([part for _ in range(12) for part in (sentence, SILENCE, SILENCE)])
    assert recording.size > 40 * RATE_HZ
    assert len(find_stretches(recording)) == 12
    assert transcribe(whisper, recording, "en").text.lower().count("saturday") == 12


def test_a_recording_of_silence_has_no_words(whisper: FasterWhisperEngine) -> None:
    assert transcribe(whisper, np.tile(SILENCE, 5), "en").text == ""
