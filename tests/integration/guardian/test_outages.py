"""A guardian that was away, and one whose Asterisk was: it must not harm healthy calls."""

import pytest

from tests.integration.guardian.fleet import (
    GuardedAsterisk,
    ProcessUnderTest,
    is_in,
    running_guardian,
)
from tests.integration.guardian.test_guardian import FALLBACK, a_call
from voicebot.calls.undriven import PATIENCE_S

# As the guardian sees it: enough looks for anybody undriven to be freed.
ENOUGH_S = 2 * PATIENCE_S


def and_whoever_is_lost_now_is_freed(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest, healthy: str, lost: str
) -> None:
    """By then a healthy call would have been freed as well."""
    agent.tell(lost)
    is_in(asterisk, lost, FALLBACK)
    assert asterisk.context_of(healthy) == "agents"


@pytest.mark.usefixtures("guardian")
def test_healthy_calls_outlive_a_frozen_asterisk(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    healthy, lost = a_call(asterisk, agent), a_call(asterisk, agent)
    asterisk.freeze()
    agent.stays_silent(ENOUGH_S)
    asterisk.thaw()
    and_whoever_is_lost_now_is_freed(asterisk, agent, healthy, lost)


def test_healthy_calls_outlive_a_frozen_guardian(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    with running_guardian(asterisk) as guardian:
        healthy, lost = a_call(asterisk, agent), a_call(asterisk, agent)
        guardian.freeze()
        agent.stays_silent(ENOUGH_S)
        guardian.thaw()
        and_whoever_is_lost_now_is_freed(asterisk, agent, healthy, lost)


def test_a_guardian_that_comes_late_spares_healthy_calls_and_frees_the_others(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    healthy, lost = a_call(asterisk, agent), a_call(asterisk, agent)
    with running_guardian(asterisk):
        and_whoever_is_lost_now_is_freed(asterisk, agent, healthy, lost)


def test_of_two_guardians_the_first_gives_way(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    with running_guardian(asterisk) as first, running_guardian(asterisk):
        assert first.popen.wait(10) == 1
        healthy, lost = a_call(asterisk, agent), a_call(asterisk, agent)
        and_whoever_is_lost_now_is_freed(asterisk, agent, healthy, lost)
