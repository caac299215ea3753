"""How much is prepared in vain, and when nothing is."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns.speculation import Preparations, Speculation, SpeculationRules

RULES = SpeculationRules()
NOBODY = Preparations()


def goes_on(budget: Speculation, call: Preparations = NOBODY) -> bool:
    """A pause after which the caller goes on; whether something was prepared."""
    if not budget.begin():
        return False
    budget.waste(call)
    return True


def ends(budget: Speculation, call: Preparations = NOBODY) -> bool:
    if not budget.begin():
        budget.pass_by()
        return False
    budget.help(call)
    return True


def test_where_no_work_waits_answers_are_prepared() -> None:
    budget, call = Speculation(), Preparations()
    assert all(ends(budget, call) for _ in range(100))
    assert call == Preparations(helped=100, wasted=0)


def test_a_caller_who_always_goes_on_is_soon_not_prepared_for() -> None:
    budget = Speculation()
    assert sum(goes_on(budget) for _ in range(100)) == RULES.most_saved


def test_after_turns_without_it_is_tried_again() -> None:
    budget = Speculation()
    while goes_on(budget):
        pass
    assert any(ends(budget) for _ in range(10))


def test_while_work_waits_nothing_is_prepared_that_may_be_in_vain() -> None:
    budget = Speculation()
    for _ in range(50):
        budget.queued(10 * RULES.longest_queueing_ms)
    assert not ends(budget)
    for _ in range(50):
        budget.queued(0.0)
    assert ends(budget)


@given(
    st.lists(st.booleans(), max_size=400),
    st.floats(0.05, 0.9),
    st.lists(st.floats(0, 1_000), max_size=20),
)
def test_no_more_than_the_share_is_wasted_beyond_what_was_saved(
    pauses: list[bool], share: float, waits_ms: list[float]
) -> None:
    budget = Speculation(SpeculationRules(wasted_share=share))
    for waited_ms in waits_ms:
        budget.queued(waited_ms)
    passed_by, call = 0, Preparations()
    for is_end in pauses:
        if is_end:
            passed_by += not ends(budget, call)
        else:
            goes_on(budget, call)
    turns = call.helped + passed_by
    assert call.wasted <= RULES.most_saved + turns * share / (1 - share) + 1e-6


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=50))
def test_room_is_a_share_and_shrinks_with_the_waiting(waits_ms: list[float]) -> None:
    budget = Speculation()
    for waited_ms in waits_ms:
        before = budget.room
        budget.queued(waited_ms)
        assert 0.0 <= budget.room <= 1.0
        if waited_ms >= RULES.longest_queueing_ms:
            assert budget.room <= before
