import pytest

from voicebot.queueing.wait_accuracy import WaitAccuracy


def test_without_waits_nothing_is_claimed() -> None:
    accuracy = WaitAccuracy()
    assert (accuracy.rmse_s, accuracy.coverage, accuracy.bias_s) == (None, None, None)
    assert accuracy.interval_score_s is None


def test_missed_waits_cost_ten_times_what_they_missed_by() -> None:
    accuracy = WaitAccuracy()
    accuracy.add(100.0, 50.0, 150.0, 140.0)
    accuracy.add(100.0, 50.0, 150.0, 160.0)
    accuracy.add(100.0, 50.0, 150.0, 30.0)
    assert accuracy.coverage == pytest.approx(1 / 3)
    assert accuracy.interval_score_s == pytest.approx((100 + 200 + 300) / 3)
    assert accuracy.rmse_s == pytest.approx(((40**2 + 60**2 + 70**2) / 3) ** 0.5)
    assert accuracy.bias_s == pytest.approx(10.0)
