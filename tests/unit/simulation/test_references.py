import pytest

from voicebot.simulation.references import PastWaits


def test_past_waits_hold_four_fifths_of_themselves() -> None:
    past = PastWaits()
    assert past.bounds_s() == (0.0, 0.0)
    for wait_s in range(1000, 2000):
        past.add(float(wait_s))
    # Of the last 200.
    assert past.bounds_s() == pytest.approx((1820.0, 1979.0), abs=1.0)
