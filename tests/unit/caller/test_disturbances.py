"""Sounds that ask for nothing, made up."""

import numpy as np
import pytest

from voicebot.caller.disturbances import FULL_SCALE, LEVELS_DBFS, MADE_UP, at_level, made_up
from voicebot.caller.sound import RATE_HZ, levels_dbfs


@pytest.mark.parametrize("name", MADE_UP)
def test_a_disturbance_is_the_same_for_the_same_seed_and_another_for_another(name: str) -> None:
    assert np.array_equal(made_up(name, 1), made_up(name, 1))
    assert not np.array_equal(made_up(name, 1), made_up(name, 2))


@pytest.mark.parametrize("name", MADE_UP)
@pytest.mark.parametrize("seed", range(8))
def test_a_disturbance_is_short_and_can_be_heard(name: str, seed: int) -> None:
    sound = made_up(name, seed)
    assert 0.1 <= sound.size / RATE_HZ <= 2.0
    assert np.max(levels_dbfs(sound)) >= min(LEVELS_DBFS) - 1


def test_the_level_is_that_of_the_loudest_moment() -> None:
    sound = np.concatenate((np.ones(800), np.full(800, 10.0), np.ones(800)))
    loudest = at_level(sound, -20.0)[800:1_600].astype(float)
    rms = float(np.sqrt(np.mean(loudest**2)))
    assert 20 * np.log10(rms / FULL_SCALE) == pytest.approx(-20.0, abs=0.1)
