"""A caller is handed to an operator, who first hears what the call is about."""

import time
from pathlib import Path

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.conftest import HZ, NUMBER
from tests.telephony.transfers.handing_over import handed_over, the_brief
from tests.telephony.transfers.phones import CALLER_HZ, Operator, calling

DEAD_AIR_S = 3.0


def test_an_operator_who_takes_the_call_speaks_with_the_caller(
    agent: Agent, operators: dict[str, Operator], tmp_path: Path
) -> None:
    caller_id = "+4930100001"
    with (
        operators["kim"].waits(
            "uas-operator-answers-and-hangs-up-expect-200", tmp_path, pause_ms=4_000
        ) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        begun_s = time.monotonic()
        leg = the_brief(agent)
        assert leg["args"] == ["brief", call, "kim"]
        # The brief takes its time; the caller hears music meanwhile.
        until(lambda: caller.headset.hears_sound(begun_s), "the caller hears music")
        agent.ask(
            "POST",
            f"channels/{leg['channel']['id']}/variable",
            variable="VOICEBOT_BRIEF",
            value="take",
        )
        agent.ask("POST", f"channels/{leg['channel']['id']}/continue")
        taken_s = time.monotonic()
        until(lambda: kim.headset.hears(CALLER_HZ, taken_s), "the operator hears the caller")
        until(lambda: caller.headset.hears(HZ["kim"], taken_s), "the caller hears the operator")
        assert caller.headset.longest_silence_s(begun_s, time.monotonic()) < DEAD_AIR_S
        assert caller.is_as_expected()
        assert kim.is_as_expected()
    record = records.line_of(agent.node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("operator", "kim")
