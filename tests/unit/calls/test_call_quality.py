import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.call_quality import (
    BPL_CONCEALED,
    BPL_WITH_GAPS,
    QualityReports,
    StreamSums,
    mos,
)

losses = st.floats(0, 100)
delays_ms = st.floats(0, 2_000)
robustness = st.sampled_from([BPL_WITH_GAPS, BPL_CONCEALED])
fractions = st.integers(0, 255)


def test_a_call_of_which_nothing_was_reported_has_no_quality() -> None:
    reports = QualityReports()
    assert reports.quality() is None
    reports.ended(StreamSums())
    assert reports.quality() is None


def test_loss_is_the_mean_of_the_reports() -> None:
    reports = QualityReports()
    for fraction in (0, 0, 25, 51):
        reports.we_lost(fraction)
    reports.caller_lost(0)
    quality = reports.quality()
    assert quality is not None
    # 25.5 and 51.5 of 256, over four reports.
    assert quality.received_loss_percent == pytest.approx(7.52, abs=0.01)
    assert quality.sent_loss_percent == 0


def test_what_asterisk_knew_once_is_kept_when_it_later_knows_it_no_more() -> None:
    reports = QualityReports()
    reports.ended(StreamSums(received_jitter_ms=9.0, sent_jitter_ms=20.0))
    reports.ended(StreamSums(round_trip_ms=100.0))
    quality = reports.quality()
    assert quality is not None
    assert (quality.received_jitter_ms, quality.sent_jitter_ms) == (9.0, 20.0)
    assert quality.round_trip_ms == 100.0
    # Without a report on loss nobody knows how it sounded.
    assert quality.mos is None


def test_the_worse_direction_makes_the_call() -> None:
    reports = QualityReports()
    reports.we_lost(0)
    reports.caller_lost(0)
    good = reports.quality()
    reports.caller_lost(80)
    bad = reports.quality()
    assert good is not None
    assert bad is not None
    assert good.mos is not None
    assert bad.mos is not None
    assert bad.mos < good.mos
    assert bad.received_loss_percent == 0


def test_a_perfect_line_has_the_best_estimate_of_the_model() -> None:
    # G.107, table B.1: R = 93.2 is a MOS of 4.41.
    assert mos(0, 0, BPL_WITH_GAPS) == pytest.approx(4.41, abs=0.005)


def test_known_points_of_the_model_are_met() -> None:
    # R = 80 is 4.03 and R = 50 is 2.58 (G.107, table B.1); the loss that leads there without delay.
    for rating, expected in ((80, 4.03), (50, 2.58)):
        impairment = 93.2 - rating
        loss = impairment * BPL_WITH_GAPS / (95 - impairment)
        assert mos(loss, 0, BPL_WITH_GAPS) == pytest.approx(expected, abs=0.01)


@given(losses, delays_ms, robustness)
def test_an_estimate_is_on_the_scale(loss: float, delay_ms: float, bpl: float) -> None:
    assert 1.0 <= mos(loss, delay_ms, bpl) <= 4.5


@given(losses, losses, delays_ms, robustness)
def test_more_loss_never_sounds_better(
    one: float, other: float, delay_ms: float, bpl: float
) -> None:
    less, more = sorted((one, other))
    assert mos(more, delay_ms, bpl) <= mos(less, delay_ms, bpl)


@given(losses, delays_ms, delays_ms, robustness)
def test_more_delay_never_sounds_better(loss: float, one: float, other: float, bpl: float) -> None:
    less, more = sorted((one, other))
    assert mos(loss, more, bpl) <= mos(loss, less, bpl)


@given(losses, delays_ms)
def test_a_gap_that_is_concealed_is_heard_no_worse(loss: float, delay_ms: float) -> None:
    assert mos(loss, delay_ms, BPL_CONCEALED) >= mos(loss, delay_ms, BPL_WITH_GAPS)


@given(st.lists(fractions, min_size=1, max_size=30), st.lists(fractions, max_size=30))
def test_every_figure_is_within_what_was_reported(received: list[int], sent: list[int]) -> None:
    reports = QualityReports()
    for fraction in received:
        reports.we_lost(fraction)
    for fraction in sent:
        reports.caller_lost(fraction)
    quality = reports.quality()
    assert quality is not None
    assert quality.received_loss_percent is not None
    lowest, highest = min(received) / 2.56, (max(received) + 1) / 2.56
    assert lowest - 0.01 <= quality.received_loss_percent <= highest + 0.01
    assert (quality.sent_loss_percent is None) == (not sent)
    assert quality.mos is not None
    assert 1.0 <= quality.mos <= 4.5
