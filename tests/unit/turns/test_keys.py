"""One way of pressing keys counts per call, and each press once."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns.keys import LONGEST_TRAIL_S, KeyPath, KeySource

KEYS = st.text(alphabet="0123456789*#", max_size=20)


def test_signalled_keys_count_each_time() -> None:
    source = KeySource()
    assert [source.receive("9", KeyPath.SIGNAL, now) for now in (0.0, 0.2)] == ["9", "9"]


def test_keys_in_band_count_where_nothing_is_signalled() -> None:
    source = KeySource()
    assert [source.receive("9", KeyPath.IN_BAND, now) for now in (0.0, 0.2)] == ["9", "9"]


def test_a_press_that_comes_both_ways_counts_once_whichever_is_first() -> None:
    tones_first, signal_first = KeySource(), KeySource()
    assert tones_first.receive("1", KeyPath.IN_BAND, 0.0) == "1"
    assert tones_first.receive("1", KeyPath.SIGNAL, 0.1) is None
    assert signal_first.receive("1", KeyPath.SIGNAL, 0.0) == "1"
    assert signal_first.receive("1", KeyPath.IN_BAND, 0.1) is None


def test_after_a_signal_tones_count_no_more() -> None:
    source = KeySource()
    source.receive("1", KeyPath.SIGNAL, 0.0)
    assert source.receive("2", KeyPath.IN_BAND, 60.0) is None
    assert source.receive("2", KeyPath.SIGNAL, 60.1) == "2"


def test_a_signal_long_after_the_same_tones_is_a_new_press() -> None:
    source = KeySource()
    source.receive("1", KeyPath.IN_BAND, 0.0)
    assert source.receive("1", KeyPath.SIGNAL, LONGEST_TRAIL_S + 0.1) == "1"


@given(pressed=KEYS, trail=st.integers(0, 5))
def test_whatever_the_signals_trail_by_the_presses_come_once_and_in_order(
    pressed: str, trail: int
) -> None:
    """In-band tones every 100 ms, their signals some presses later: INFO through a slow proxy."""
    source = KeySource()
    events = sorted(
        [(i * 0.1, 0, key, KeyPath.IN_BAND) for i, key in enumerate(pressed)]
        + [(i * 0.1 + trail * 0.1 + 0.05, 1, key, KeyPath.SIGNAL) for i, key in enumerate(pressed)]
    )
    counted = [source.receive(key, path, now) for now, _, key, path in events]
    assert "".join(key for key in counted if key is not None) == pressed


@given(pressed=KEYS, path=st.sampled_from(KeyPath))
def test_keys_by_one_path_alone_all_count(pressed: str, path: KeyPath) -> None:
    source = KeySource()
    counted = [source.receive(key, path, i * 0.1) for i, key in enumerate(pressed)]
    assert counted == list(pressed)
