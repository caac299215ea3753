"""Who claims a call first?"""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.routing import JITTER_MS, LONGEST_DELAY_MS, Room, claim_delay_ms

loads = st.lists(st.floats(0, 1), max_size=10)
dice = st.floats(0, 1)


def test_an_idle_agent_among_busy_ones_claims_at_once() -> None:
    assert claim_delay_ms(Room(0), Room(50), [0.5, 0.9], jitter=0.0) == 0.0


def test_an_agent_alone_waits_for_nobody() -> None:
    assert claim_delay_ms(Room(49), Room(50), [], jitter=0.0) == 0.0


def test_of_two_nearly_idle_agents_the_idler_wins_whatever_the_dice() -> None:
    busier = claim_delay_ms(Room(2), Room(50), [1 / 50], jitter=0.0)
    idler = claim_delay_ms(Room(1), Room(50), [2 / 50], jitter=1.0)
    assert busier is not None
    assert idler is not None
    assert idler < busier


@given(st.integers(1, 500), loads, dice)
def test_a_full_agent_does_not_claim(max_calls: int, peers: list[float], jitter: float) -> None:
    assert claim_delay_ms(Room(max_calls), Room(max_calls), peers, jitter) is None
    assert claim_delay_ms(Room(max_calls + 1), Room(max_calls), peers, jitter) is None


@given(st.integers(0, 49), loads, dice)
def test_the_delay_stays_within_its_bounds(calls: int, peers: list[float], jitter: float) -> None:
    delay_ms = claim_delay_ms(Room(calls), Room(50), peers, jitter)
    assert delay_ms is not None
    assert 0.0 <= delay_ms <= LONGEST_DELAY_MS


@given(st.integers(0, 48), loads, dice)
def test_the_delay_never_falls_as_the_load_grows(
    calls: int, peers: list[float], jitter: float
) -> None:
    here, busier = (claim_delay_ms(Room(n), Room(50), peers, jitter) for n in (calls, calls + 1))
    assert here is not None
    assert busier is not None
    assert busier >= here - 1e-9


@given(st.integers(0, 49), dice, dice)
def test_agents_of_equal_load_race_within_the_jitter(calls: int, one: float, two: float) -> None:
    delays = [claim_delay_ms(Room(calls), Room(50), [calls / 50], jitter) for jitter in (one, two)]
    assert all(delay is not None and delay <= JITTER_MS for delay in delays)


def test_an_agent_that_takes_no_calls_claims_none() -> None:
    assert claim_delay_ms(Room(0), Room(0), [], jitter=0.5) is None


@given(st.integers(0, 100), st.integers(0, 100), st.booleans(), loads, dice)
def test_an_agent_takes_no_more_than_it_has_room_for(
    talking: int, waiting: int, may_wait: bool, peers: list[float], jitter: float
) -> None:
    here, most = Room(talking, waiting), Room(50, 40)
    delay_ms = claim_delay_ms(here, most, peers, jitter, may_wait=may_wait)
    takes = here.all < 90 and (may_wait or talking < 50)
    assert (delay_ms is not None) is takes
