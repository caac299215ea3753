"""Can a transcript be trusted, or must the utterance be heard again?

Whisper was trained on windows of 30 s. On a shorter one it is three to four
times faster and now and then repeats itself or invents words; what betrays it is
listed here. The limits were measured on recorded telephone prompts, tones, music
and noise (2026-11): speech had a voice probability of at least 0.17 and a
no-speech probability of at most 0.64, everything else at most 0.13 and at least
0.56. Pure: text and figures in, a judgement out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Below: nobody speaks here, whatever Whisper would make of it.
VOICE_PROBABILITY_MIN: Final = 0.15
# Voice is doubtful below: then Whisper's own opinion decides.
VOICE_PROBABILITY_SURE: Final = 0.5
NO_SPEECH_PROBABILITY_MAX: Final = 0.6
LOG_PROBABILITY_MIN: Final = -1.0
# zlib, as in OpenAI's own decoder: English sentences lie below 2.
COMPRESSION_RATIO_MAX: Final = 2.4
# People say 4 to 5 syllables a second; hurried digits come close to this.
WORDS_PER_S_MAX: Final = 7.0
# A telephone number deserves the full window: on the short one every fourth digit fell.
DIGITS_MAX: Final = 4

# Begins with a letter or a figure: lines and apostrophes alone are no words.
_WORD: Final = re.compile(r"[^\W_][\w']*")


class Verdict(StrEnum):
    """What to do with a transcript."""

    TRUST = "trust"
    HEAR_AGAIN = "hear-again"  # with the full window
    NOTHING_SAID = "nothing-said"


class Reason(StrEnum):
    """Why."""

    PLAUSIBLE = "plausible"
    NO_VOICE = "no-voice"
    NO_WORDS = "no-words"
    RUNAWAY = "runaway"
    REPETITION = "repetition"
    UNLIKELY = "unlikely"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass of the model over one utterance."""

    text: str
    log_probability: float  # mean of its tokens
    no_speech_probability: float
    compression_ratio: float
    is_cut: bool  # it ran into the limit of tokens
    is_full_window: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason."""

    verdict: Verdict
    reason: Reason


def has_voice(voice_probability: float) -> bool:
    """Whether the utterance is worth the recognizer's time."""
    return voice_probability >= VOICE_PROBABILITY_MIN


def max_tokens(duration_ms: int) -> int:
    """More tokens than anyone speaks in that time (a fast speaker needs about 8 a second)."""
    return 16 + duration_ms * 10 // 1000


def judge(reading: Reading, voice_probability: float, duration_ms: int) -> Judgement:
    """Judges one reading; a reading of the full window is never heard again."""
    words = _WORD.findall(reading.text.lower())
    fault = _fault(reading, words, duration_ms)
    if reading.is_full_window:
        return _final(reading, words, voice_probability, fault)
    if fault is not None:
        return Judgement(Verdict.HEAR_AGAIN, fault)
    if not words:
        return Judgement(Verdict.NOTHING_SAID, Reason.NO_WORDS)
    if sum(character.isdigit() for character in reading.text) >= DIGITS_MAX:
        return Judgement(Verdict.HEAR_AGAIN, Reason.DIGITS)
    return Judgement(Verdict.TRUST, Reason.PLAUSIBLE)


def _final(
    reading: Reading, words: list[str], voice_probability: float, fault: Reason | None
) -> Judgement:
    if not words:
        return Judgement(Verdict.NOTHING_SAID, Reason.NO_WORDS)
    if fault is Reason.RUNAWAY or repetitions(words) > 2:
        return Judgement(Verdict.NOTHING_SAID, fault or Reason.REPETITION)
    if (
        voice_probability < VOICE_PROBABILITY_SURE
        and reading.no_speech_probability > NO_SPEECH_PROBABILITY_MAX
        and reading.log_probability < LOG_PROBABILITY_MIN
    ):
        return Judgement(Verdict.NOTHING_SAID, Reason.NO_VOICE)
    # Doubtful, but the best there is; its confidence says so.
    return Judgement(Verdict.TRUST, Reason.PLAUSIBLE if fault is None else fault)


def _fault(reading: Reading, words: list[str], duration_ms: int) -> Reason | None:
    if reading.is_cut or len(words) > 2 + WORDS_PER_S_MAX * duration_ms / 1000:
        return Reason.RUNAWAY
    if repetitions(words) > 1 or reading.compression_ratio > COMPRESSION_RATIO_MAX:
        return Reason.REPETITION
    if (
        reading.log_probability < LOG_PROBABILITY_MIN
        or reading.no_speech_probability > NO_SPEECH_PROBABILITY_MAX
    ):
        return Reason.UNLIKELY
    return None


def repetitions(words: list[str]) -> int:
    """How many times the text says one and the same thing from its start to its end.

    A last round that breaks off in the middle counts as well, once there are two whole ones.
    """
    count = len(words)
    for length in range(1, count // 2 + 1):
        if all(words[index] == words[index % length] for index in range(length, count)):
            return count // length
    return min(count, 1)
