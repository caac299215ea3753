"""What becomes of callers whose agent is no more, on a real Asterisk."""

import pytest

from tests.integration.guardian.fleet import (
    GuardedAsterisk,
    ProcessUnderTest,
    is_in,
    running_agent,
)
from tests.polling import until

pytestmark = pytest.mark.usefixtures("guardian")
FALLBACK = "voicebot-fallback"


def a_call(asterisk: GuardedAsterisk, agent: ProcessUnderTest) -> str:
    """A caller who is bridged with the agent."""
    caller = asterisk.rings()
    agent.awaits("bridged", caller)
    return caller


def is_won_by(asterisk: GuardedAsterisk, app: str, caller: str) -> bool:
    until(lambda: f"bridge-{caller}" in asterisk.there_is("bridges"), "the call is answered")
    return caller in asterisk.ask("GET", f"applications/{app}")["channel_ids"]


def nothing_is_left_of(asterisk: GuardedAsterisk, caller: str) -> None:
    until(
        lambda: (
            f"media-{caller}" not in asterisk.there_is("channels")
            and f"bridge-{caller}" not in asterisk.there_is("bridges")
        ),
        "its media channel and bridge are gone",
        10.0,
    )


def test_callers_of_a_killed_agent_reach_the_dialplan_and_leave_nothing_behind(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    callers = [a_call(asterisk, agent) for _ in range(3)]
    agent.kill()
    for caller in callers:
        is_in(asterisk, caller, FALLBACK)
        nothing_is_left_of(asterisk, caller)


def test_the_caller_of_a_frozen_agent_reaches_the_dialplan_and_the_agent_is_told_when_it_thaws(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    caller = a_call(asterisk, agent)
    agent.freeze()
    try:
        is_in(asterisk, caller, FALLBACK)
        nothing_is_left_of(asterisk, caller)
    finally:
        agent.thaw()
    agent.awaits("ended", caller)
    assert asterisk.context_of(caller) == FALLBACK


def test_a_call_that_its_living_agent_has_lost_reaches_the_dialplan_and_no_other_does(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    kept, lost = a_call(asterisk, agent), a_call(asterisk, agent)
    agent.tell(lost)
    is_in(asterisk, lost, FALLBACK)
    assert asterisk.context_of(kept) == "agents"


def test_a_waiting_caller_of_a_killed_agent_does_not_hear_the_announcement_out(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    caller = asterisk.rings("wait")
    agent.awaits("announces", caller)
    agent.kill()
    is_in(asterisk, caller, FALLBACK)


def test_an_operator_who_is_briefed_by_a_dead_agent_goes_on_where_the_dialplan_stood(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    leg = asterisk.rings("operator")
    agent.awaits("bridged", leg)
    agent.kill()
    is_in(asterisk, leg, "recorded-brief")


def test_a_caller_whom_a_dead_agent_had_sent_into_the_dialplan_stays_there(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    transferred, other = a_call(asterisk, agent), a_call(asterisk, agent)
    app = "applications/voicebot-fleet-1/subscription"
    asterisk.ask("POST", app, eventSource=f"channel:{transferred}")
    asterisk.ask("POST", f"channels/{transferred}/continue", context="in-the-dialplan")
    is_in(asterisk, transferred, "in-the-dialplan")
    agent.kill()
    is_in(asterisk, other, FALLBACK)
    assert asterisk.context_of(transferred) == "in-the-dialplan"


def test_a_caller_who_hangs_up_as_the_agent_is_killed_leaves_no_bridge(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    caller = a_call(asterisk, agent)
    agent.freeze()
    asterisk.ask("DELETE", f"channels/{caller}")
    agent.kill()
    nothing_is_left_of(asterisk, caller)


def test_the_other_agents_callers_are_left_alone(
    asterisk: GuardedAsterisk, agent: ProcessUnderTest
) -> None:
    kept = a_call(asterisk, agent)
    with running_agent(asterisk, 2) as doomed:
        # Both race; ring until the doomed one has won.
        while not is_won_by(asterisk, "voicebot-fleet-2", caller := asterisk.rings()):
            pass
        doomed.kill()
        is_in(asterisk, caller, FALLBACK)
    assert asterisk.context_of(kept) == "agents"
