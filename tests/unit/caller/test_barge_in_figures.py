"""What a sound over an answer did to it, read from what the caller heard."""

import numpy as np
import pytest

from voicebot.caller.barge_in_figures import (
    Disturbance,
    Interruption,
    as_document,
    disturbance,
    figures_of,
    interruption,
    targets_of,
)
from voicebot.caller.sound import RATE_HZ, Samples, Span

NOISE = np.random.default_rng(1)


def heard(*spans_ms: tuple[int, int]) -> Samples:
    """The agent is heard from, until; the recording lasts 6 s."""
    samples = np.zeros(6 * RATE_HZ)
    for start_ms, end_ms in spans_ms:
        samples[start_ms * 8 : end_ms * 8] = 3_000
    signed: Samples = (samples * NOISE.choice([-1, 1], samples.size)).astype(np.int16)
    return signed


def test_an_answer_that_goes_on_through_a_sound_was_not_disturbed() -> None:
    judged = disturbance("cough", Span(1_000, 1_500), heard((500, 5_000)))
    assert judged == Disturbance("cough", Span(1_000, 1_500), 0, 0)
    assert not judged.is_lost


def test_a_pause_is_counted_and_its_end_from_that_of_the_sound() -> None:
    judged = disturbance("cough", Span(1_000, 1_500), heard((500, 1_200), (1_900, 5_000)))
    assert judged == Disturbance("cough", Span(1_000, 1_500), 700, 400)
    assert not judged.is_lost


@pytest.mark.parametrize("answer", [((500, 1_200),), ((500, 1_200), (2_100, 5_000))])
def test_an_answer_that_does_not_go_on_in_time_is_lost(answer: tuple[tuple[int, int], ...]) -> None:
    judged = disturbance("cough", Span(1_000, 1_500), heard(*answer))
    assert judged is not None
    assert judged.is_lost


def test_a_sound_into_silence_tells_nothing() -> None:
    assert disturbance("cough", Span(3_000, 3_500), heard((500, 2_000))) is None
    assert interruption("prompt", Span(3_000, 3_500), heard((500, 2_000))) is None


def test_an_interruption_ends_the_answer_and_the_next_one_does_not_count() -> None:
    judged = interruption("prompt", Span(1_000, 3_000), heard((500, 1_220), (3_600, 5_000)))
    assert judged == Interruption("prompt", Span(1_000, 3_000), 220, 220)


def test_an_agent_that_spoke_on_in_between_stopped_late() -> None:
    parts = ((500, 1_220), (1_800, 2_400), (3_600, 5_000))
    judged = interruption("prompt", Span(1_000, 3_000), heard(*parts))
    assert judged == Interruption("prompt", Span(1_000, 3_000), 220, 1_400)


def test_the_figures_say_what_is_met() -> None:
    fine = [Disturbance(f"cough {i}", Span(0, 100), 300, 200) for i in range(99)]
    lost = Disturbance("echo -12", Span(0, 100), 900, 800)
    stops = [Interruption("prompt", Span(0, 100), 200 + i, 600 + i) for i in range(40)]
    figures = figures_of([*fine, lost], stops, answers_cut=1)
    assert figures.by_kind == {"cough": (99, 99, 0), "echo": (1, 1, 1)}
    assert [target.is_met for target in targets_of(figures)] == [False, False, True, True]
    document = as_document(figures, [*fine, lost], stops)
    assert len(document["disturbances"]) == 100
    nothing = figures_of([], [], 0)
    assert [target.is_met for target in targets_of(nothing)] == [True, True, False, False]
