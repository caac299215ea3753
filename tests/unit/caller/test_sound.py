from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.caller.signals import line
from voicebot.caller.sound import (
    HIGHEST_THRESHOLD_DBFS,
    LOWEST_THRESHOLD_DBFS,
    RATE_HZ,
    LineListener,
    Samples,
    Span,
    joined,
    levels_dbfs,
    sounds,
    threshold_dbfs,
)

FRAME = RATE_HZ * 20 // 1000


@pytest.mark.parametrize("noise_dbfs", [-90.0, -65.0, -55.0, -45.0])
def test_speech_is_found_where_it_is_on_a_quiet_and_on_a_noisy_line(noise_dbfs: float) -> None:
    truth = [Span(1_000, 2_500), Span(4_000, 4_700)]
    found = sounds(line(8_000, truth, noise_dbfs))
    assert len(found) == 2
    for span, true in zip(found, truth, strict=True):
        assert abs(span.start_ms - true.start_ms) <= 10
        assert abs(span.end_ms - true.end_ms) <= 10


def test_noise_alone_is_no_sound() -> None:
    for noise_dbfs in (-70.0, -55.0, -40.0):
        assert sounds(line(5_000, [], noise_dbfs)) == ()


def test_an_empty_recording_holds_no_sound() -> None:
    assert sounds(np.zeros(0, dtype=np.int16)) == ()
    assert threshold_dbfs(np.empty(0)) == LOWEST_THRESHOLD_DBFS


def test_a_click_is_no_sound() -> None:
    samples = line(3_000, [])
    samples[8_000:8_080] = 20_000
    assert sounds(samples) == ()


def test_the_closure_of_a_stop_consonant_does_not_divide_a_word() -> None:
    assert len(sounds(line(3_000, [Span(1_000, 1_300), Span(1_350, 1_600)]))) == 1


def test_digital_silence_has_the_lowest_level() -> None:
    assert levels_dbfs(np.zeros(160, dtype=np.int16)).tolist() == [-96.0, -96.0]


def test_a_full_scale_square_has_level_zero() -> None:
    assert levels_dbfs(np.full(80, -32768, dtype=np.int16))[0] == pytest.approx(0.0)


@given(st.lists(st.floats(-96.0, 0.0), max_size=200))
def test_the_threshold_stays_within_its_bounds(levels: list[float]) -> None:
    threshold = threshold_dbfs(np.array(levels))
    assert LOWEST_THRESHOLD_DBFS <= threshold <= HIGHEST_THRESHOLD_DBFS


spans = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), max_size=20).map(
    lambda steps: [
        Span(sum(a + b for a, b in steps[:i]) + gap, sum(a + b for a, b in steps[: i + 1]))
        for i, (gap, _) in enumerate(steps)
    ]
)


@given(spans, st.integers(0, 600))
def test_joined_spans_are_in_order_and_further_apart_than_the_limit(
    those: list[Span], within_ms: int
) -> None:
    result = joined(those, within_ms)
    assert all(a.end_ms + within_ms < b.start_ms for a, b in pairwise(result))
    assert sum(span.length_ms for span in result) >= sum(span.length_ms for span in those)


def frames(samples: Samples) -> list[Samples]:
    return [samples[at : at + FRAME] for at in range(0, len(samples), FRAME)]


@pytest.mark.parametrize("noise_dbfs", [-90.0, -55.0, -45.0])
def test_the_live_ear_hears_speech_and_not_the_line(noise_dbfs: float) -> None:
    listener = LineListener()
    heard = [listener.is_sound(f) for f in frames(line(6_000, [Span(2_000, 4_000)], noise_dbfs))]
    assert not any(heard[:99])
    assert sum(heard[100:200]) >= 90
    assert not any(heard[201:])
