"""The floor follows the quietest sound."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import FRAME_MS
from voicebot.audio.levels import SILENCE_DBFS
from voicebot.audio.noise_floor import MINIMUM_BIAS_DB, WINDOW_MS, NoiseFloor

WINDOW_FRAMES = WINDOW_MS // FRAME_MS
levels = st.floats(-90, 0)


def test_before_any_sound_the_floor_is_silence() -> None:
    assert NoiseFloor().receive(SILENCE_DBFS) == SILENCE_DBFS + MINIMUM_BIAS_DB


@given(st.lists(levels, min_size=1, max_size=300))
def test_the_floor_is_the_quietest_of_the_window(heard: list[float]) -> None:
    noise_floor = NoiseFloor()
    floors = [noise_floor.receive(level) for level in heard]
    assert floors[-1] == min(heard[-WINDOW_FRAMES:]) + MINIMUM_BIAS_DB


@given(levels, levels)
def test_new_noise_is_learned_within_the_window(before: float, after: float) -> None:
    noise_floor = NoiseFloor()
    for level in [before] * WINDOW_FRAMES + [after] * WINDOW_FRAMES:
        floor = noise_floor.receive(level)
    assert floor == after + MINIMUM_BIAS_DB


def test_lost_packets_do_not_lower_the_floor() -> None:
    noise_floor = NoiseFloor()
    noise_floor.receive(-40.0)
    assert noise_floor.receive(SILENCE_DBFS) == -40.0 + MINIMUM_BIAS_DB
