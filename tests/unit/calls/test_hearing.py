"""Who is hard to understand, and that nobody is sent back and forth."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.acoustics import Acoustics
from voicebot.calls.hearing import (
    NOTHING_KNOWN,
    Hearing,
    HearingReason,
    HearingRules,
    Judgement,
    judge_hearing,
)

RULES = HearingRules()
CLEAR = Acoustics(
    speech_ms=3_000,
    noise_ms=2_000,
    speech_dbfs=-22.0,
    noise_dbfs=-60.0,
    syllables_per_s=4.5,
    overlap_share=0.1,
)
ANY = st.builds(
    Acoustics,
    speech_ms=st.integers(0, 20_000),
    noise_ms=st.integers(0, 20_000),
    speech_dbfs=st.floats(-70.0, 0.0),
    noise_dbfs=st.floats(-100.0, 0.0),
    syllables_per_s=st.floats(0.0, 20.0),
    overlap_share=st.floats(0.0, 1.0),
)


def test_a_clear_caller_needs_no_more_than_a_fast_recognizer() -> None:
    assert judge_hearing(CLEAR, RULES) == Judgement(Hearing.FAST, HearingReason.CLEAR)


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (replace(CLEAR, noise_dbfs=-30.0), HearingReason.NOISY),
        (replace(CLEAR, speech_dbfs=-45.0), HearingReason.FAINT),
        (replace(CLEAR, syllables_per_s=8.0), HearingReason.HURRIED),
        (replace(CLEAR, overlap_share=0.6), HearingReason.OVERLAPPING),
    ],
)
def test_a_caller_who_is_hard_to_understand_needs_an_accurate_one(
    heard: Acoustics, reason: HearingReason
) -> None:
    assert judge_hearing(heard, RULES) == Judgement(Hearing.ACCURATE, reason)


def test_a_line_of_whose_noise_nothing_is_known_is_not_called_noisy() -> None:
    heard = replace(CLEAR, noise_ms=0, noise_dbfs=-20.0)
    assert judge_hearing(heard, RULES).hearing is Hearing.FAST


@given(ANY, st.sampled_from([NOTHING_KNOWN, Judgement(Hearing.ACCURATE, HearingReason.NOISY)]))
def test_too_few_words_change_nothing(heard: Acoustics, before: Judgement) -> None:
    few = replace(heard, speech_ms=RULES.least_speech_ms - 1)
    assert judge_hearing(few, RULES, before) == before


@given(ANY)
def test_whoever_was_hard_to_understand_stays_so_sooner_than_others_become_so(
    heard: Acoustics,
) -> None:
    hard = Judgement(Hearing.ACCURATE, HearingReason.NOISY)
    if judge_hearing(heard, RULES).hearing is Hearing.ACCURATE:
        assert judge_hearing(heard, RULES, hard).hearing is Hearing.ACCURATE


@given(ANY)
def test_the_same_caller_is_judged_the_same_twice(heard: Acoustics) -> None:
    once = judge_hearing(heard, RULES)
    assert judge_hearing(heard, RULES, once).hearing is once.hearing
