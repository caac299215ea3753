"""Each cause is one status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.dialled import DialStatus, dial_status, outcome_unanswered
from voicebot.calls.model import Outcome


@pytest.mark.parametrize(
    ("cause", "status", "outcome"),
    [
        (1, DialStatus.UNREACHABLE, Outcome.FAILED),
        (16, DialStatus.CANCELLED, Outcome.ABANDONED),
        (17, DialStatus.BUSY, Outcome.ABANDONED),
        (19, DialStatus.NO_ANSWER, Outcome.ABANDONED),
        (21, DialStatus.REJECTED, Outcome.ABANDONED),
        (34, DialStatus.CONGESTION, Outcome.FAILED),
        (127, DialStatus.CONGESTION, Outcome.FAILED),
    ],
)
def test_a_cause_tells_why_nobody_answered(
    cause: int, status: DialStatus, outcome: Outcome
) -> None:
    assert dial_status(cause, was_answered=False) is status
    assert outcome_unanswered(cause) is outcome


@given(st.integers(0, 200))
def test_whoever_answered_answered_whatever_ended_the_call(cause: int) -> None:
    assert dial_status(cause, was_answered=True) is DialStatus.ANSWERED
    assert dial_status(cause, was_answered=False) is not DialStatus.ANSWERED
