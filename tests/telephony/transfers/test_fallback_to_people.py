"""With nothing of ours running, a caller still reaches people, and else a voicemail."""

import time
from pathlib import Path

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.conftest import (
    HZ,
    NUMBER,
    ask_no_carrier_for_its_health,
    nothing_is_left,
    shop,
)
from tests.telephony.transfers.handing_over import handed_over
from tests.telephony.transfers.phones import CALLER_HZ, Operator, Telephone, calling
from voicebot.stack.reload import reload_asterisk

Operators = dict[str, Operator]
ANSWERS, HANGS_UP = (
    "uas-operator-answers-expect-bye",
    "uas-operator-answers-and-hangs-up-expect-200",
)
DEAD_AIR_S = 3.0


def _take(kim: Telephone, caller: Telephone, since_s: float) -> None:
    until(lambda: kim.headset.hears_sound(since_s), "the operator hears the prompts", limit_s=15)
    kim.headset.press("1")
    until(lambda: kim.headset.hears(CALLER_HZ, since_s), "the operator hears the caller")
    until(lambda: caller.headset.hears(HZ["kim"], since_s), "the caller hears the operator")


def test_a_caller_whom_no_agent_claims_reaches_the_businesss_operator(
    node: Node, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000001"
    with (
        operators["kim"].waits(HANGS_UP, tmp_path, pause_ms=3_500) as kim,
        calling(node, NUMBER, caller_id, tmp_path) as caller,
    ):
        _take(kim, caller, time.monotonic())
        first_s = caller.headset.heard[0][0]
        assert caller.headset.longest_silence_s(first_s, time.monotonic()) < DEAD_AIR_S
        assert caller.is_as_expected()
    record = records.line_of(node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("operator", "kim")
    assert record["voicemail"] == ""
    nothing_is_left(node)


def test_a_call_that_breaks_in_the_middle_reaches_the_businesss_operator(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000002"
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        call = agent.claim()["channel"]["id"]
        agent.ask("POST", f"channels/{call}/answer")
        agent.ask("POST", f"channels/{call}/continue", context="voicebot-fallback")
        _take(kim, caller, time.monotonic())
        agent.ask("DELETE", f"channels/{call}")
        assert kim.is_as_expected()
    assert records.line_of(agent.node, caller_id)["handled_by"] == "operator"


def test_a_caller_whom_the_operator_does_not_take_may_leave_a_message(
    node: Node, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000003"
    with (
        operators["kim"].waits("uas-operator-declines-expect-ack", tmp_path) as kim,
        # Apology, ringing and the request to leave a message take about 14 s.
        calling(node, NUMBER, caller_id, tmp_path, stay_ms=17_000) as caller,
    ):
        assert caller.is_as_expected()
        assert kim.is_as_expected()
        first_s, last_s = caller.headset.heard[0][0], caller.headset.heard[-1][0]
        # After the tone it is the caller's turn.
        assert caller.headset.longest_silence_s(first_s, last_s - 4.0) < DEAD_AIR_S
    record = records.line_of(node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("dialplan", "")
    assert float(record["voicemail_s"]) > 1
    nothing_is_left(node)


def test_a_caller_who_leaves_no_message_is_on_record_as_missed(
    node: Node, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000004"
    with calling(node, NUMBER, caller_id, tmp_path, stay_ms=2_000) as caller:
        assert caller.is_as_expected()
    record = records.line_of(node, caller_id)
    assert (record["handled_by"], record["operator"], record["voicemail"]) == ("dialplan", "", "")
    nothing_is_left(node)


def test_a_transfer_in_vain_whose_agents_are_all_gone_ends_in_the_voicemail(
    node: Node, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000005"
    with (
        operators["kim"].waits("uas-operator-declines-expect-ack", tmp_path) as kim,
        calling(node, NUMBER, caller_id, tmp_path, stay_ms=15_000) as caller,
    ):
        with running_agent(node) as doomed:
            handed_over(doomed, "office")
        begun_s = time.monotonic()
        assert caller.is_as_expected()
        # Kim is not rung a second time.
        assert kim.is_as_expected()
        assert caller.headset.longest_silence_s(begun_s, begun_s + 9.0) < DEAD_AIR_S
    record = records.line_of(node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("dialplan", "")
    assert float(record["voicemail_s"]) > 0
    nothing_is_left(node)


def test_a_business_whose_phones_are_all_away_promises_nobody(
    node: Node, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4960000006"
    reload_asterisk(node.settings, [shop(operator="absent")])
    try:
        with calling(node, NUMBER, caller_id, tmp_path, stay_ms=6_000) as caller:
            until(lambda: "Playback" in node.console("core show channels concise"), "an apology")
            until(
                lambda: "vm-nobodyavail" in node.console("core show channels concise"),
                "nobody is promised",
                limit_s=3,
            )
            assert caller.is_as_expected()
    finally:
        reload_asterisk(node.settings, [shop()])
        ask_no_carrier_for_its_health(node)
        node.console("module reload res_pjsip.so")
    nothing_is_left(node)
