"""How much of its window is Whisper shown? (The engine itself: tests/contract/engines.)"""

from hypothesis import given
from hypothesis import strategies as st

from workers.stt.faster_whisper_engine import FULL_WINDOW_FRAMES, window_frames

durations_ms = st.integers(0, 60_000)


@given(durations_ms)
def test_a_window_holds_the_utterance_and_two_seconds_or_is_the_full_one(duration_ms: int) -> None:
    frames = window_frames(duration_ms, accurate=False)
    assert frames * 10 > duration_ms + 1_970 or frames == FULL_WINDOW_FRAMES


@given(durations_ms)
def test_a_window_is_never_below_ten_seconds_nor_above_the_full_one(duration_ms: int) -> None:
    assert 1_000 <= window_frames(duration_ms, accurate=False) <= FULL_WINDOW_FRAMES


@given(durations_ms, st.booleans())
def test_the_encoder_can_halve_it(duration_ms: int, accurate: bool) -> None:
    assert window_frames(duration_ms, accurate) % 2 == 0


@given(durations_ms)
def test_accuracy_takes_the_full_window(duration_ms: int) -> None:
    assert window_frames(duration_ms, accurate=True) == FULL_WINDOW_FRAMES
