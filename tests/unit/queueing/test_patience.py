import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.patience import Patience

WAITS = st.lists(st.tuples(st.floats(0.0, 5000.0), st.booleans()), max_size=60)


def test_nobody_is_supposed_to_leave_before_somebody_did() -> None:
    assert Patience().hazard_per_s == 0.0


def test_those_who_were_admitted_count_as_more_patient_than_their_wait() -> None:
    patience = Patience()
    for _ in range(100):
        patience.waited(100.0, gave_up=True)
        patience.waited(100.0, gave_up=False)
    # 100 left in 20,000 seconds of waiting, beside those supposed at first.
    assert patience.hazard_per_s == pytest.approx(100 / 20_300)


def test_what_is_long_past_fades() -> None:
    patience = Patience()
    for waited_s in [10.0] * 1000 + [1000.0] * 2000:
        patience.waited(waited_s, gave_up=True)
    assert patience.hazard_per_s == pytest.approx(1 / 1000, rel=0.25)


@given(WAITS)
def test_the_hazard_is_never_negative(seen: list[tuple[float, bool]]) -> None:
    patience = Patience()
    for waited_s, gave_up in seen:
        patience.waited(waited_s, gave_up=gave_up)
    assert patience.hazard_per_s >= 0.0
