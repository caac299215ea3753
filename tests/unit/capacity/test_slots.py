"""How many conversations, and who holds them."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import CallId
from voicebot.capacity.slots import SlotLedger, capacity

A, B, C = CallId("a"), CallId("b"), CallId("c")


def test_the_weakest_stage_says_how_many() -> None:
    assert capacity({"stt": (30, 20), "llm": (12,), "tts": (100,)}) == 12


def test_a_stage_without_workers_leaves_none() -> None:
    assert capacity({"stt": (30,), "llm": ()}) == 0
    assert capacity({}) == 0


@given(st.lists(st.integers(0, 1000), min_size=1), st.floats(0, 2))
def test_what_is_corrected_is_rounded_down(slots: list[int], correction: float) -> None:
    found = capacity({"llm": slots}, correction)
    assert 0 <= found <= sum(slots) * correction


def test_a_call_that_has_a_slot_keeps_it() -> None:
    ledger = SlotLedger(1)
    assert ledger.acquire(A, 0.0)
    assert ledger.acquire(A, 1.0)
    assert not ledger.acquire(B, 1.0)


def test_a_slot_comes_back_when_its_holder_is_silent_for_a_lease() -> None:
    ledger = SlotLedger(2, lease_s=5.0)
    ledger.acquire(A, 0.0)
    ledger.acquire(B, 0.0)
    ledger.renew((A,), 4.0)
    assert not ledger.acquire(C, 4.9)
    assert ledger.acquire(C, 5.0)
    assert ledger.held(5.0) == 2


def test_none_is_given_until_fewer_are_held_than_there_are() -> None:
    ledger = SlotLedger(2)
    ledger.acquire(A, 0.0)
    ledger.acquire(B, 0.0)
    ledger.capacity = 1
    assert not ledger.release(A, 1.0)
    assert not ledger.acquire(C, 1.0)
    assert ledger.release(B, 1.0)
    assert ledger.acquire(C, 1.0)


def test_a_slot_goes_to_a_successor_without_being_free_in_between() -> None:
    ledger = SlotLedger(1)
    ledger.acquire(A, 0.0)
    assert ledger.hand_over(A, B, 1.0)
    assert not ledger.acquire(C, 1.0)
    assert not ledger.hand_over(A, C, 1.0)
    assert ledger.release(B, 1.0)


def test_after_a_loss_holders_show_theirs_before_others_get_any() -> None:
    ledger = SlotLedger(2, lease_s=5.0)
    ledger.acquire(A, 0.0)
    ledger.acquire(B, 0.0)
    ledger.forget(1.0)
    assert not ledger.acquire(C, 1.5)
    ledger.renew((A,), 2.0)
    assert not ledger.acquire(C, 5.9)
    ledger.renew((A,), 5.9)
    assert ledger.acquire(C, 6.0)
    assert not ledger.acquire(B, 6.0)


calls = st.sampled_from([CallId(name) for name in "abcdefgh"])
steps = st.tuples(st.sampled_from(("acquire", "release", "renew")), calls, st.floats(0, 3))


@given(st.integers(0, 4), st.lists(steps, max_size=60))
def test_slots_are_never_oversold(size: int, played: list[tuple[str, CallId, float]]) -> None:
    ledger, now = SlotLedger(size), 0.0
    holding: dict[CallId, float] = {}  # until when, by what each was told
    for step, call_id, later_s in played:
        now += later_s
        holding = {each: end for each, end in holding.items() if end > now}
        if step == "acquire" and ledger.acquire(call_id, now):
            holding[call_id] = now + ledger.lease_s
        elif step == "renew" and call_id in holding:
            ledger.renew((call_id,), now)
            holding[call_id] = now + ledger.lease_s
        elif step == "release":
            ledger.release(call_id, now)
            holding.pop(call_id, None)
        assert len(holding) == ledger.held(now) <= size
