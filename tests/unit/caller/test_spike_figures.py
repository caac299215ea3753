"""What a spike amounts to."""

from dataclasses import replace

from voicebot.caller.bench_figures import BenchCall
from voicebot.caller.crowd import CrowdCall, Wish
from voicebot.caller.spike_figures import let_in_ms, lost_s, spike_figures, targets_of


def waiting(number: str, since_s: float) -> CrowdCall:
    return CrowdCall(number, Wish.SERVED, since_s, 200, since_s)


def talker(*latencies_ms: int | None) -> BenchCall:
    return BenchCall("100", True, None, 10, 100, latencies_ms, "")


CROWD = [waiting("a", 1.0), waiting("b", 2.0), waiting("c", 30.0)]


def test_the_next_one_hears_the_agent_so_long_after_a_slot_came_free() -> None:
    assert let_in_ms(CROWD, {"a": 10.2, "b": 20.5}, [20.0, 10.0], []) == [200, 500]


def test_a_slot_that_went_to_a_callback_or_to_who_need_not_wait_counts_for_nobody() -> None:
    assert let_in_ms(CROWD, {"a": 20.3}, [10.0, 20.0], [10.1]) == [300]
    # The third rang when a slot was free already.
    assert let_in_ms(CROWD, {"c": 30.1}, [25.0], []) == []


def test_whoever_comes_in_without_a_slot_that_came_free_has_one_that_is_new() -> None:
    assert let_in_ms(CROWD, {"a": 5.0, "b": 10.4}, [10.0], []) == [400]


def test_sound_that_a_recording_lost_is_known_by_its_length() -> None:
    assert lost_s(10.0, 40.0, 29.5) == 0.5
    assert lost_s(10.0, 40.0, 30.1) == 0.0


def test_latencies_are_compared_by_their_95th_percentile() -> None:
    figures = spike_figures(
        [talker(400, 400)], [talker(500, 440), talker(None)], CROWD, {"a": 10.2}, [10.0], []
    )
    assert figures.slower_percent == 25
    assert figures.turns == 4
    assert figures.lost == 1
    assert figures.waited_ms is not None
    assert figures.waited_ms.largest == 9_200
    met = {target.name: target.is_met for target in targets_of(figures, 0)}
    assert list(met.values()) == [True, True, True, False]


def test_what_was_not_measured_is_met_by_nobody() -> None:
    figures = spike_figures([], [], [], {}, [], [])
    assert figures.slower_percent is None
    assert [target.is_met for target in targets_of(figures, 1)] == [False, False, False, True]
    assert not targets_of(replace(figures, lost=1), 0)[3].is_met
