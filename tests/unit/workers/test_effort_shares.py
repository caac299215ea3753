from hypothesis import given
from hypothesis import strategies as st

from workers.contract import Unit
from workers.effort_shares import EffortMeter, Shares

steps = st.lists(
    st.tuples(st.floats(0, 100, allow_nan=False), st.one_of(st.none(), st.integers(0, 9))),
    max_size=40,
)


@given(steps)
def test_the_shares_make_up_what_was_used_while_there_was_work(
    steps: list[tuple[float, int | None]],
) -> None:
    used, counted, given = 0.0, 0.0, 0.0
    shares, in_hand = Shares(lambda: used), list[float]()
    for passed, ended in steps:
        used += passed
        counted += passed if in_hand else 0.0
        if ended is None:
            in_hand.append(shares.begin())
        elif ended < len(in_hand):
            share = shares.end(in_hand.pop(ended))
            assert share >= 0
            given += share
    for begun in in_hand:
        given += shares.end(begun)
    assert abs(given - counted) < 1e-6 * (1 + counted)


def test_two_at_once_share_and_one_alone_has_all() -> None:
    used = 0.0
    shares = Shares(lambda: used)
    first = shares.begin()
    used = 2.0
    second = shares.begin()
    used = 6.0
    assert shares.end(first) == 4.0
    used = 7.0
    assert shares.end(second) == 3.0
    used = 100.0
    assert shares.end(shares.begin()) == 0.0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    used = 5.0
    shares = Shares(lambda: used)
    begun = shares.begin()
    used = 3.0
    assert shares.end(begun) == 0.0


def test_gpus_are_counted_where_there_are_any() -> None:
    for gpus, expected in (
        (0, {Unit.CPU_MS: 500}),
        (2, {Unit.CPU_MS: 500, Unit.GPU_MS: 3_000}),
    ):
        meter = EffortMeter(gpus, iter((0.0, 0.5)).__next__, iter((0.0, 1.5)).__next__)
        assert meter.end(meter.begin()) == expected
