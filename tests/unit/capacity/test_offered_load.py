import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.capacity.offered_load import (
    BIN_S,
    NAMES,
    ROUTES,
    PastCall,
    PastWait,
    Tally,
    bin_of,
    tallies,
)

FIRST, END = 10 * BIN_S, 16 * BIN_S
times = st.floats(0, 25 * BIN_S)
scopes = st.sampled_from(["@100", "@200"])
calls = st.builds(
    lambda scope, began, lasts, waits, served, routes: PastCall(
        scope, began, began + lasts, waits, served, not served, routes
    ),
    scopes,
    times,
    st.floats(0, 3_600),
    st.floats(0, 600),
    st.booleans(),
    st.dictionaries(st.sampled_from(ROUTES), st.integers(1, 5)),
)
waits = st.builds(
    PastWait,
    scopes,
    times,
    st.booleans(),
    st.none() | st.floats(0, 900),
    st.none() | st.floats(0, 900),
)


@given(st.lists(calls), st.lists(waits))
def test_every_call_and_every_caller_counts_once(
    past: list[PastCall], judged: list[PastWait]
) -> None:
    total = sum(tallies(past, judged, FIRST, END).values(), Tally())
    assert total.calls == sum(FIRST <= one.began_s < END for one in past)
    assert total.judged == sum(FIRST <= one.at_s < END for one in judged)
    assert total.within <= total.reached <= total.judged
    assert total.told <= total.reached
    assert abs(total.error_s) <= total.absolute_error_s + 1e-6


@given(st.lists(calls, max_size=8))
def test_what_is_carried_is_the_conversation_that_passed(past: list[PastCall]) -> None:
    total = sum(tallies(past, (), FIRST, END).values(), Tally())
    passed = (
        max(0.0, min(one.ended_s, END) - max(one.began_s + one.waited_s, FIRST))
        for one in past
        if one.was_served
    )
    assert total.carried_s == pytest.approx(sum(passed), abs=1e-3)


@given(st.lists(calls, max_size=8), st.lists(waits, max_size=8))
def test_it_is_the_same_reckoned_at_once_or_in_parts(
    past: list[PastCall], judged: list[PastWait]
) -> None:
    middle = FIRST + 2 * BIN_S
    whole = tallies(past, judged, FIRST, END)
    parts = {**tallies(past, judged, FIRST, middle), **tallies(past, judged, middle, END)}
    assert whole.keys() == parts.keys()
    for key, tally in whole.items():
        for name in NAMES:
            assert getattr(tally, name) == pytest.approx(getattr(parts[key], name), abs=1e-3)


def test_offered_load_is_arrivals_times_handle_time() -> None:
    tally = Tally(calls=30, served=20, handled_s=20 * 120.0)
    assert tally.offered_erlangs(3_600, tally.handle_s) == pytest.approx(1.0)
    assert Tally().offered_erlangs(3_600, None) == 0.0
    assert Tally(calls=1, abandoned=1).offered_erlangs(3_600, None) is None


def test_a_wait_is_left_out_of_the_handle_time_and_told_errors_are_told() -> None:
    call = PastCall("@100", FIRST, FIRST + 100, 40, True, False, {"fact": 2, "large": 1})
    wait = PastWait("q@100", FIRST, True, 40, 30)
    found = tallies([call], [wait], FIRST, END)
    of_call, of_queue = found[FIRST, "@100"], found[FIRST, "q@100"]
    assert (of_call.handle_s, of_call.carried_erlangs(60)) == (60, 1.0)
    assert of_call.route_share("fact") == pytest.approx(2 / 3)
    assert (of_queue.service_level, of_queue.wait_s) == (0.0, 40)
    assert (of_queue.mean_error_s, of_queue.bias_s) == (10, 10)
    assert of_call.abandonment == 0.0
    assert Tally().abandonment is None


@given(st.floats(0, 2e9))
def test_a_time_lies_in_its_bin(at_s: float) -> None:
    assert bin_of(at_s) <= at_s < bin_of(at_s) + BIN_S
