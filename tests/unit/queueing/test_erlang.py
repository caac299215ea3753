"""The formulas against published values, and against each other."""

from math import inf, isclose

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicebot.queueing.erlang import (
    erlang_a,
    erlang_b,
    erlang_c,
    mean_wait_s,
    servers_needed,
    service_level,
)

SERVERS = st.integers(1, 200)
LOADS = st.floats(0.01, 300.0)


@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    # Of the published tables of Erlang B.
    [(1, 0.0101, 0.01), (5, 1.36, 0.01), (10, 4.46, 0.01), (20, 12.03, 0.01), (100, 84.1, 0.01)],
)
def test_blocking_is_that_of_the_tables(servers: int, load: float, blocked: float) -> None:
    assert isclose(erlang_b(servers, load), blocked, rel_tol=0.01)


def test_one_patient_server_is_the_textbooks() -> None:
    # M/M/1 with rho = 0.5: half wait, and the mean wait is rho m / (1 - rho).
    assert isclose(erlang_c(1, 0.5), 0.5)
    assert isclose(mean_wait_s(1, 0.5, 120.0), 120.0)
    assert isclose(service_level(1, 0.5, 120.0, 0.0), 0.5)


def test_a_line_that_only_grows_is_waited_in_for_ever() -> None:
    assert isclose(erlang_c(3, 3.0), 1.0)
    assert mean_wait_s(3, 3.0, 60.0) == inf
    assert isclose(service_level(3, 4.0, 60.0, 1_000.0), 0.0)


def test_without_callers_nobody_waits() -> None:
    line = erlang_a(4, 0.0, 60.0, 60.0)
    assert erlang_a(400, 0.001, 60.0, 60.0).waiting == 0.0
    assert (line.waiting, line.abandoning, line.mean_wait_s) == (0.0, 0.0, 0.0)


@given(SERVERS, LOADS)
def test_another_server_never_makes_it_worse(servers: int, load: float) -> None:
    assert erlang_b(servers + 1, load) <= erlang_b(servers, load)
    assert erlang_c(servers + 1, load) <= erlang_c(servers, load)


@given(SERVERS, LOADS)
def test_who_may_wait_waits_more_often_than_others_are_blocked(servers: int, load: float) -> None:
    assert erlang_b(servers, load) <= erlang_c(servers, load) <= 1.0


@given(st.integers(1, 60), st.floats(0.1, 0.9), st.floats(30.0, 600.0))
def test_callers_of_endless_patience_make_erlang_c(
    servers: int, occupancy: float, handle_time_s: float
) -> None:
    load = servers * occupancy
    line = erlang_a(servers, load, handle_time_s, 1e9)
    assert isclose(line.waiting, erlang_c(servers, load), rel_tol=1e-3)
    assert isclose(line.mean_wait_s, mean_wait_s(servers, load, handle_time_s), rel_tol=1e-3)


@given(st.integers(1, 60), st.floats(0.5, 100.0))
def test_callers_without_patience_make_erlang_b(servers: int, load: float) -> None:
    line = erlang_a(servers, load, 60.0, 1e-6)
    assert isclose(line.abandoning, erlang_b(servers, load), rel_tol=1e-3)


@given(st.integers(1, 60), st.floats(0.5, 100.0), st.floats(1.0, 1_000.0))
def test_callers_as_patient_as_a_call_is_long_are_as_many_as_servers_without_end(
    servers: int, load: float, mean_s: float
) -> None:
    # With theta = 1 the number in the system is Poisson: nobody is in it longer than a call.
    line = erlang_a(servers, load, mean_s, mean_s)
    in_system = line.mean_line + servers * line.occupancy
    assert isclose(in_system, load, rel_tol=1e-9)


@given(st.integers(1, 60), st.floats(0.5, 100.0), st.floats(1.0, 1_000.0))
def test_whoever_does_not_give_up_is_served(servers: int, load: float, patience_s: float) -> None:
    line = erlang_a(servers, load, 60.0, patience_s)
    assert 0.0 <= line.abandoning <= line.waiting <= 1.0
    assert 0.0 <= line.occupancy <= 1.0 + 1e-9


def test_a_line_far_too_long_for_its_servers_has_figures() -> None:
    line = erlang_a(1, 99.0, 60.0, 1_000.0)
    assert isclose(line.abandoning, 98 / 99, rel_tol=1e-3)
    assert isclose(line.occupancy, 1.0, rel_tol=1e-6)


@given(st.floats(0.1, 100.0), st.floats(0.5, 0.99), st.floats(0.0, 60.0))
def test_the_fewest_servers_suffice_and_one_less_does_not(
    load: float, share: float, within_s: float
) -> None:
    servers = servers_needed(load, 180.0, share=share, within_s=within_s)
    assert service_level(servers, load, 180.0, within_s) >= share
    assume(servers > 1)
    assert service_level(servers - 1, load, 180.0, within_s) < share


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_what_cannot_be_promised_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        servers_needed(10.0, 180.0, share=share, within_s=20.0)


def test_negative_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        erlang_b(-1, 2.0)
    with pytest.raises(ValueError, match="positive"):
        erlang_a(2, 2.0, 60.0, 0.0)
