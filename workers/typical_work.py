"""What is a typical piece of a stage's work, and how is one done?

By the engine itself, in the caller's thread, as the stage's tasks do it: engines bring the
threads together (batcher, slots). Each returns how long it took to the first of its answer that
is of use, and to its end.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from workers.contract import Stage
from workers.languages import ByLanguage
from workers.llm.engine import LanguageEngine
from workers.stt.engine import RATE_HZ, RecognitionEngine
from workers.tts.engine import SynthesisEngine
from workers.wav_files import read_wav

# 2.5 s of a synthetic voice at the telephone's rate.
UTTERANCE: Final = Path(__file__).parent / "stt" / "typical_utterance.wav"
# Read once and remembered, like those of businesses, which are longer.
SYSTEM_PROMPT: Final = "You answer the telephone of a bicycle shop. Be friendly and brief."
REMARKS: Final = (
    "My daughter learned to ride a bicycle.",
    "I had a lovely day at the lake yesterday.",
    "I am a bit tired today.",
    "It was raining all the way home.",
)
# A clause is spoken when it is complete; the packaged model's first has about five words.
CLAUSE_WORDS: Final = 5
REPLY_TOKENS: Final = 16
SENTENCE: Final = "We are open from nine in the morning until six in the evening."

# Seconds to the first of use, and to the end; the number tells works of one trial apart.
Doing = Callable[[int], tuple[float, float]]


def typical_work(stage: Stage, engine: Any) -> Doing:
    """How one piece of this stage's work is done by its engine, or the first of its engines."""
    match stage:
        case Stage.STT:
            return _recognition(engine)
        case Stage.LLM:
            return _reply(engine)
        case Stage.TTS:
            return _phrase(engine)


def _recognition(engines: ByLanguage[RecognitionEngine]) -> Doing:
    language = engines.languages[0]
    engine = engines.choose(language)
    samples = read_wav(UTTERANCE, RATE_HZ)

    def recognize(_: int) -> tuple[float, float]:
        begun_s = time.monotonic()
        engine.recognize(samples, language=language, hint="", accurate=False)
        # Nothing of an utterance is of use before all of it.
        took_s = time.monotonic() - begun_s
        return took_s, took_s

    return recognize


def _reply(engine: LanguageEngine) -> Doing:
    system = {"role": "system", "content": SYSTEM_PROMPT}
    # Agents have it read before the first call, too.
    engine.warm_prefix([system])

    def reply(number: int) -> tuple[float, float]:
        begun_s = time.monotonic()
        first_s: float | None = None
        said = ""

        def emit(text: str) -> bool:
            nonlocal first_s, said
            said += text
            if first_s is None and len(said.split()) >= CLAUSE_WORDS:
                first_s = time.monotonic() - begun_s
            return True

        remark = {"role": "user", "content": REMARKS[number % len(REMARKS)]}
        engine.generate(
            f"calibration-{number}",
            [system, remark],
            max_tokens=REPLY_TOKENS,
            temperature=0.0,
            emit=emit,
        )
        whole_s = time.monotonic() - begun_s
        return (whole_s if first_s is None else first_s), whole_s

    return reply


def _phrase(engines: ByLanguage[SynthesisEngine]) -> Doing:
    engine = engines.choose(engines.languages[0])

    def speak(_: int) -> tuple[float, float]:
        begun_s = time.monotonic()
        first_s: float | None = None
        for _samples in engine.synthesize(SENTENCE):
            if first_s is None:
                first_s = time.monotonic() - begun_s
        whole_s = time.monotonic() - begun_s
        return (whole_s if first_s is None else first_s), whole_s

    return speak
