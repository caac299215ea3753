"""Which engine do the settings name? (Real engines: tests/contract/engines.)"""

from typing import Any

import pytest

from tests.fakes.engines import FakeLanguageEngine, FakeRecognitionEngine, FakeSynthesisEngine
from workers import engines
from workers.contract import ANY_LANGUAGE, Stage
from workers.errors import SettingsInvalid
from workers.settings import WorkerSettings


class FakeRecognizer(FakeRecognitionEngine):
    """Weights whose directory names what they know: "tiny.en", "de+fr"."""

    loaded: list[str]

    def __init__(self, threads: int, model: str, *, runs: int, batch_max: int) -> None:
        super().__init__()
        self.loaded.append(model)
        self.model = model
        self.languages = ("en",) if not model else tuple(model.split("+"))


class FakePiper(FakeSynthesisEngine):
    """A voice whose file is named after its language."""

    name = "piper"

    def __init__(self, threads: int, voice: str, *, is_even: bool) -> None:
        super().__init__()
        self.model, self.is_even = voice, is_even
        self.languages = ("en",) if not voice else (voice.split(".")[0],)


class FakeHibari(FakePiper):
    name = "hibari"

    def __init__(self, threads: int, voice: str, *, is_even: bool) -> None:
        super().__init__(threads, "", is_even=is_even)
        self.model = voice


class FakeXllamacpp(FakeLanguageEngine):
    name = "xllamacpp"

    def __init__(self, *_: Any) -> None:
        super().__init__()


class FakeLlamaCpp(FakeXllamacpp):
    name = "llama-cpp-python"


class FakeOpenAi(FakeXllamacpp):
    name = "openai"


@pytest.fixture(autouse=True)
def fake_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeRecognizer.loaded = []

    monkeypatch.setattr(engines, "FasterWhisperEngine", FakeRecognizer)
    monkeypatch.setattr(engines, "PiperEngine", FakePiper)
    monkeypatch.setattr(engines, "HibariEngine", FakeHibari)
    monkeypatch.setattr(engines, "XllamacppEngine", FakeXllamacpp)
    monkeypatch.setattr(engines, "LlamaCppEngine", FakeLlamaCpp)
    monkeypatch.setattr(engines, "OpenAiEngine", FakeOpenAi)


def settings(**values: Any) -> WorkerSettings:
    return WorkerSettings.model_validate(values)


def voices(**values: Any) -> dict[str, tuple[str, str]]:
    chosen = engines.synthesizers(settings(**values)).engines
    return {language: (engine.name, engine.model) for language, engine in chosen.items()}


def test_without_settings_all_is_english() -> None:
    for stage in Stage:
        engine = engines.load_engine(stage, settings(), 2)
        assert engines.languages_of(engine, settings()) == ("en",)


def test_the_standard_voice_is_piper_s_or_hibari_s() -> None:
    assert voices() == {"en": ("piper", "")}
    assert voices(tts_engine="hibari") == {"en": ("hibari", "")}


def test_each_further_language_has_its_voice() -> None:
    assert voices(tts_voices={"de": "de.onnx", "en-GB": "hibari:emma", "en": "hibari"}) == {
        "en": ("hibari", ""),
        "de": ("piper", "de.onnx"),
        "en-GB": ("hibari", "emma"),
    }


def test_a_voice_of_another_language_is_refused_by_name() -> None:
    with pytest.raises(SettingsInvalid, match=r'VOICEBOT_TTS_VOICES: de\.onnx serves de.*"fr"'):
        engines.synthesizers(settings(tts_voices={"fr": "de.onnx"}))


def test_weights_that_know_two_languages_are_loaded_once() -> None:
    chosen = engines.recognizers(settings(stt_models={"de": "de+fr", "fr": "de+fr"}))
    assert chosen.languages == ("en", "de", "fr")
    assert chosen.choose("de") is chosen.choose("fr")
    assert FakeRecognizer.loaded == ["", "de+fr"]


def test_multilingual_weights_serve_all_that_they_know() -> None:
    assert engines.recognizers(settings(stt_model="en+de+fr")).languages == ("en", "de", "fr")


def test_weights_of_another_language_are_refused_by_name() -> None:
    with pytest.raises(SettingsInvalid, match=r'VOICEBOT_STT_MODELS: de serves de, not "fr"'):
        engines.recognizers(settings(stt_models={"fr": "de"}))


@pytest.mark.parametrize(
    ("values", "name", "languages"),
    [
        ({}, "xllamacpp", ("en",)),
        ({"llm_engine": "llama-cpp-python"}, "llama-cpp-python", ("en",)),
        ({"llm_weights": "/own.gguf"}, "xllamacpp", (ANY_LANGUAGE,)),
        ({"llm_url": "http://gpu/v1", "llm_engine": "xllamacpp"}, "openai", (ANY_LANGUAGE,)),
        ({"llm_url": "http://gpu/v1", "llm_languages": ("de",)}, "openai", ("de",)),
    ],
)
def test_the_language_model_is_the_one_the_settings_name(
    values: dict[str, Any], name: str, languages: tuple[str, ...]
) -> None:
    engine = engines.load_engine(Stage.LLM, settings(**values), 2)
    assert engine.name == name
    assert engines.languages_of(engine, settings(**values)) == languages


def test_an_even_voice_is_even_in_every_language() -> None:
    chosen = engines.synthesizers(settings(tts_voices={"de": "de.onnx"}), is_even=True)
    assert [getattr(engine, "is_even", None) for engine in chosen.distinct] == [True, True]
