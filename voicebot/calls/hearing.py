"""How hard will this caller be to understand, and which recognizers suit?

Judged by what the caller's first words sounded like, and again with each utterance. Whoever is
hard to understand is sent to the pool of accurate recognizers; one who is near a limit does not go
back and forth. With the packaged model (40 recorded prompts, tiny.en, 2026-11) 7 to 8 % of the
words are wrong at a signal-to-noise ratio of 40 dB, 9 to 11 % at 15 dB, 16 to 23 % at 8 dB and
38 to 67 % at 3 dB, in pink noise and in a babble of voices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voicebot.audio.acoustics import Acoustics


class Hearing(StrEnum):
    """Which recognizers a caller needs."""

    FAST = "fast"
    ACCURATE = "accurate"


# The pools of workers that each is sent to, while somebody serves them.
RECOGNIZERS: Mapping[Hearing, str] = {
    Hearing.FAST: "stt.fast",
    Hearing.ACCURATE: "stt.accurate",
}


class HearingReason(StrEnum):
    """Why."""

    UNKNOWN = "unknown"  # too little was said to judge
    CLEAR = "clear"
    NOISY = "noisy"
    FAINT = "faint"
    HURRIED = "hurried"
    OVERLAPPING = "overlapping"


@dataclass(frozen=True, slots=True)
class HearingRules:
    """Beyond these limits a caller is hard to understand."""

    least_speech_ms: int = 1_000
    least_noise_ms: int = 200  # of a line without any no ratio is known
    lowest_snr_db: float = 12.0
    lowest_speech_dbfs: float = -42.0  # nominal is -20 or so (ITU-T P.56 and G.111)
    most_syllables_per_s: float = 7.0
    most_overlap: float = 0.4
    # Whoever was hard to understand is still so this close to a limit, in parts of it.
    margin: float = 0.15


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason."""

    hearing: Hearing
    reason: HearingReason


NOTHING_KNOWN = Judgement(Hearing.FAST, HearingReason.UNKNOWN)


def judge_hearing(
    heard: Acoustics, rules: HearingRules, before: Judgement = NOTHING_KNOWN
) -> Judgement:
    """`before`: the judgement so far, which holds while too little is known."""
    if heard.speech_ms < rules.least_speech_ms:
        return before
    was_hard = before.hearing is Hearing.ACCURATE
    slack = rules.margin if was_hard else 0.0
    # Levels are negative: the same share makes a stricter limit of either sign.
    if heard.noise_ms >= rules.least_noise_ms and heard.snr_db < rules.lowest_snr_db * (1 + slack):
        return Judgement(Hearing.ACCURATE, HearingReason.NOISY)
    if heard.speech_dbfs < rules.lowest_speech_dbfs * (1 - slack):
        return Judgement(Hearing.ACCURATE, HearingReason.FAINT)
    if heard.syllables_per_s > rules.most_syllables_per_s * (1 - slack):
        return Judgement(Hearing.ACCURATE, HearingReason.HURRIED)
    if heard.overlap_share > rules.most_overlap * (1 - slack):
        return Judgement(Hearing.ACCURATE, HearingReason.OVERLAPPING)
    return Judgement(Hearing.FAST, HearingReason.CLEAR)
