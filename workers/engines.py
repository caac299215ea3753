"""Which engine serves which stage and language, as the settings say?

Everything is loaded here, at the start: a missing package, its weights or its server, and a
model that does not speak the language it is named for, are errors before the first call.
"""

from typing import Any, Final

from workers.contract import ANY_LANGUAGE, Stage, serving_language
from workers.errors import SettingsInvalid
from workers.languages import ByLanguage, NamedEngine
from workers.llm.engine import LanguageEngine
from workers.llm.llama_cpp_engine import LlamaCppEngine
from workers.llm.openai_engine import OpenAiEngine
from workers.llm.xllamacpp_engine import XllamacppEngine
from workers.settings import WorkerSettings
from workers.stt.engine import RecognitionEngine
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.stt.faster_whisper_recording import FasterWhisperRecordings
from workers.stt.recording_engine import RecordingEngine
from workers.stt.whisperx_recording import WhisperXRecordings
from workers.tts.engine import SynthesisEngine
from workers.tts.hibari_engine import HibariEngine
from workers.tts.piper_engine import PiperEngine

HIBARI: Final = "hibari"
# What the packaged language model is made for.
PACKAGED_LLM_LANGUAGES: Final = ("en",)


def load_engine(stage: Stage, settings: WorkerSettings, slots: int) -> Any:
    """The stage's engine, or its engines by language; raises EngineMissing or SettingsInvalid."""
    match stage:
        case Stage.STT:
            return recognizers(settings)
        case Stage.LLM:
            return language_model(settings, slots)
        case Stage.TTS:
            return synthesizers(settings)


def languages_of(engine: NamedEngine, settings: WorkerSettings) -> tuple[str, ...]:
    """The languages that a worker with this engine serves."""
    if isinstance(engine, ByLanguage):
        return engine.languages
    if settings.llm_languages:
        return settings.llm_languages
    is_packaged = not settings.llm_url and not settings.llm_weights
    return PACKAGED_LLM_LANGUAGES if is_packaged else (ANY_LANGUAGE,)


def language_model(settings: WorkerSettings, slots: int) -> LanguageEngine:
    """The one language model; raises EngineMissing."""
    if settings.llm_url:
        key = settings.llm_api_key.get_secret_value()
        return OpenAiEngine(settings.llm_url, settings.llm_model, key, slots)
    make = LlamaCppEngine if settings.llm_engine == LlamaCppEngine.name else XllamacppEngine
    return make(settings.llm_threads, slots, settings.llm_weights)


def recognizers(settings: WorkerSettings) -> ByLanguage[RecognitionEngine]:
    """A recognizer for each language; weights named twice are loaded once."""
    by_directory: dict[str, RecognitionEngine] = {}

    def load(directory: str) -> RecognitionEngine:
        if directory not in by_directory:
            by_directory[directory] = FasterWhisperEngine(
                settings.stt_threads,
                directory,
                runs=settings.stt_runs,
                batch_max=settings.stt_slots,
            )
        return by_directory[directory]

    standard = load(settings.stt_model)
    engines = dict.fromkeys(standard.languages, standard)
    for language, directory in settings.stt_models.items():
        engines[language] = load(directory)
        _check_language("VOICEBOT_STT_MODELS", language, engines[language].languages, directory)
    return ByLanguage(engines)


def recordings(settings: WorkerSettings, language: str) -> RecordingEngine:
    """What reads recordings in this language; raises EngineMissing."""
    served = serving_language(language, settings.stt_models)
    model = settings.stt_model if served is None else settings.stt_models[served]
    if settings.stt_after_call == WhisperXRecordings.name:
        aligned = serving_language(language, settings.stt_alignment)
        alignment = "" if aligned is None else settings.stt_alignment[aligned]
        return WhisperXRecordings(settings.stt_threads, language, model, alignment)
    return FasterWhisperRecordings(FasterWhisperEngine(settings.stt_threads, model))


def synthesizers(settings: WorkerSettings, *, is_even: bool = False) -> ByLanguage[SynthesisEngine]:
    """A voice for each language. `is_even`: always the same sound for the same text."""
    standard: SynthesisEngine
    if settings.tts_engine == HIBARI:
        standard = HibariEngine(settings.tts_threads, settings.tts_voice, is_even=is_even)
    else:
        standard = PiperEngine(settings.tts_threads, settings.tts_voice, is_even=is_even)
    engines = dict.fromkeys(standard.languages, standard)
    for language, voice in settings.tts_voices.items():
        engine: SynthesisEngine
        if voice.partition(":")[0] == HIBARI:
            name = voice.partition(":")[2]
            engine = HibariEngine(settings.tts_threads, name, is_even=is_even)
        else:
            engine = PiperEngine(settings.tts_threads, voice, is_even=is_even)
        engines[language] = engine
        _check_language("VOICEBOT_TTS_VOICES", language, engine.languages, voice)
    return ByLanguage(engines)


def _check_language(setting: str, language: str, spoken: tuple[str, ...], weights: str) -> None:
    if serving_language(language, spoken) is None:
        known = ", ".join(spoken[:5])
        raise SettingsInvalid(f'{setting}: {weights} serves {known}, not "{language}"')
