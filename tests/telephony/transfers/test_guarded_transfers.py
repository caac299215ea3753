"""A transfer whose agent dies, under the guardian's eyes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.guardian.fleet import ProcessUnderTest, guardian_with
from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.conftest import HZ, NUMBER
from tests.telephony.transfers.handing_over import handed_over, the_brief
from tests.telephony.transfers.phones import CALLER_HZ, Operator, calling
from voicebot.stack.supervisor_config import environment_of

ANSWERS = "uas-operator-answers-expect-bye"
Operators = dict[str, Operator]


@pytest.fixture(scope="module")
def guardian(node: Node) -> Iterator[ProcessUnderTest]:
    with guardian_with(environment_of(node.settings)) as process:
        yield process


@pytest.mark.usefixtures("guardian")
def test_an_operator_briefed_by_an_agent_that_dies_is_asked_by_prompts_and_takes_the_call(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    """The caller, who waits in the dialplan all the while, is left alone."""
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, "+4940000071", tmp_path) as caller,
    ):
        # Nobody beats for it: to the guardian it is dead from the start.
        with running_agent(agent.node, "voicebot-test-2") as doomed:
            call = handed_over(agent, "office", by=doomed.app)
            leg = the_brief(doomed)["channel"]["id"]
            until(lambda: _is_asked(agent, leg), "the prompts ask the operator", 10.0)
        kim.headset.press("1")
        until(lambda: kim.headset.hears(CALLER_HZ, 0.0), "the operator hears the caller")
        until(lambda: caller.headset.hears(HZ["kim"], 0.0), "the caller hears the operator")
        agent.ask("DELETE", f"channels/{call}")
        assert kim.is_as_expected()
    assert records.line_of(agent.node, "+4940000071")["operator"] == "kim"


def _is_asked(agent: Agent, leg: str) -> bool:
    application: str = agent.ask("GET", f"channels/{leg}")["dialplan"]["app_name"]
    return application == "Read"
