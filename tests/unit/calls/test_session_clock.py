"""How long has a call lasted that another process goes on with?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.calls.playing import a_context
from voicebot.calls.session import LONGEST_AWAY_S, taken_until


@given(st.floats(0, 7_200), st.floats(-3e6, 3e6))
def test_a_call_that_goes_on_elsewhere_has_lasted_as_long_as_any_clock_may_say(
    saved_s: float, shown_s: float
) -> None:
    context = a_context()
    context.taken_s = saved_s
    taken_s = taken_until(context, context.started_at + timedelta(seconds=shown_s))
    assert saved_s <= taken_s <= saved_s + LONGEST_AWAY_S
    if saved_s <= shown_s <= saved_s + LONGEST_AWAY_S:
        assert abs(taken_s - shown_s) < 1e-3
