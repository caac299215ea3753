"""Is everything installed that a business's language needs?

Workers tell in their leases which languages they serve. A piece of work may reach any worker
of its stage, so a language counts as served when every ready worker of the stage serves it.
Pure: what is ready is handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from voicebot.dialogue.business import Business
from voicebot.errors import LanguageMissing
from voicebot.inference.ready_workers import ReadyWorker
from workers.contract import Stage, serving_language

_REMEDIES: Final[Mapping[Stage, str]] = {
    Stage.STT: "give every STT worker CTranslate2 Whisper weights that know it, as JSON "
    'in VOICEBOT_STT_MODELS: {{"{language}": "/path/to/weights"}}',
    Stage.LLM: "give every LLM worker a model that speaks it (VOICEBOT_LLM_WEIGHTS or "
    'VOICEBOT_LLM_URL), and name it in VOICEBOT_LLM_LANGUAGES: ["{language}"]',
    Stage.TTS: "give every TTS worker a voice that speaks it, as JSON "
    'in VOICEBOT_TTS_VOICES: {{"{language}": "/path/to/voice.onnx"}}',
}


def language_missing(stage: Stage, language: str) -> LanguageMissing:
    """The error that names what to install."""
    return LanguageMissing(stage.value, language, _REMEDIES[stage].format(language=language))


def check_languages(
    businesses: Iterable[Business], ready: Mapping[Stage, Sequence[ReadyWorker]]
) -> tuple[LanguageMissing, ...]:
    """What these businesses lack, each once; a stage without any ready worker is not judged."""
    wanted = dict.fromkeys(business.language for business in businesses)
    return tuple(
        language_missing(stage, language)
        for language in wanted
        for stage, workers in ready.items()
        if any(serving_language(language, worker.languages) is None for worker in workers)
    )
