"""Room for those who wait, beside all who talk."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.capacity.degradation import Degradation
from voicebot.capacity.listening_gate import ListeningGate, ListeningRules, RecognizerLoad

RULES = ListeningRules(most=4)


def after(*loads: RecognizerLoad | None, step: Degradation = Degradation.FULL) -> ListeningGate:
    gate = ListeningGate(RULES)
    for now, load in enumerate(loads):
        gate.look(load, step, float(now))
    return gate


def test_nobody_is_listened_to_before_anything_is_known() -> None:
    assert ListeningGate(RULES).room == 0
    assert after(None).room == 0
    assert after(RecognizerLoad(0, 0)).room == 0


def test_it_takes_more_room_to_begin_than_to_go_on() -> None:
    little, much, none = (RecognizerLoad(100, talking) for talking in (85, 70, 95))
    assert after(little).room == 0
    assert after(much).room == 4
    assert after(much, little).room == 4
    assert after(much, little, none, little).room == 0


def test_without_models_of_any_size_nobody_is_listened_to() -> None:
    assert after(RecognizerLoad(100, 0), step=Degradation.SMALL_MODELS).room == 4
    assert after(RecognizerLoad(100, 0), step=Degradation.CACHED_ONLY).room == 0


def test_a_work_that_had_to_wait_closes_it_for_a_while() -> None:
    idle = RecognizerLoad(100, 0)
    gate = after(idle)
    gate.waited(RULES.late_ms, 1.0)
    assert gate.room == 4
    gate.waited(RULES.late_ms + 1, 1.0)
    assert gate.room == 0
    gate.look(idle, Degradation.FULL, RULES.closed_for_s)
    assert gate.room == 0
    gate.look(idle, Degradation.FULL, RULES.closed_for_s + 1.0)
    assert gate.room == 4


def test_what_goes_on_for_long_is_no_wish() -> None:
    gate = ListeningGate(RULES)
    assert gate.is_worth_it(RULES.longest_utterance_ms)
    assert not gate.is_worth_it(RULES.longest_utterance_ms + 1)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 120), st.sampled_from(Degradation))),
)
def test_who_talks_always_has_room_first(looks: list[tuple[int, int, Degradation]]) -> None:
    gate = ListeningGate(RULES)
    for now, (bears, talking, step) in enumerate(looks):
        gate.look(RecognizerLoad(bears, talking), step, float(now))
        if gate.room:
            assert bears > talking
            assert step <= Degradation.SMALL_MODELS
