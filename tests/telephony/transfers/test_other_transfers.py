"""Transfers without a brief, and transfers that cannot be."""

import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.conftest import CARRIER, CARRIER_HZ, HZ, NUMBER, OUTSIDE
from tests.telephony.transfers.handing_over import answer_brief, handed_over, result_of, the_brief
from tests.telephony.transfers.phones import CALLER_HZ, Operator, Telephone, calling, playing

Operators = dict[str, Operator]
ANSWERS, HANGS_UP = (
    "uas-operator-answers-expect-bye",
    "uas-operator-answers-and-hangs-up-expect-200",
)


def _outside(
    node: Node, scenario: str, work_dir: Path, port: int, *arguments: str
) -> AbstractContextManager[Telephone]:
    """The number outside, behind its carrier."""
    return playing(node, scenario, work_dir, port, CARRIER_HZ, *arguments, address=CARRIER)


def test_a_blind_transfer_connects_with_whoever_picks_up(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4950000001"
    with (
        operators["kim"].waits(HANGS_UP, tmp_path, pause_ms=2_500) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        handed_over(agent, "direct")
        now_s = time.monotonic()
        until(lambda: kim.headset.hears(CALLER_HZ, now_s), "the operator hears the caller")
        until(lambda: caller.headset.hears(HZ["kim"], now_s), "the caller hears the operator")
        assert caller.is_as_expected()
    record = records.line_of(agent.node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("operator", "kim")


def test_an_outside_number_is_called_over_the_trunk_as_the_business(
    agent: Agent, carrier_port: int, tmp_path: Path
) -> None:
    caller_id = "+4950000002"
    with (
        _outside(agent.node, HANGS_UP, tmp_path, carrier_port, "-d", "2500") as carrier,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        handed_over(agent, "outside")
        begun_s = time.monotonic()
        until(lambda: carrier.headset.hears(CALLER_HZ, begun_s), "the number hears the caller")
        until(lambda: caller.headset.hears(CARRIER_HZ, begun_s), "the caller hears the number")
        assert caller.is_as_expected()
        assert f"INVITE sip:{OUTSIDE}@" in carrier.log
        assert f"<sip:{NUMBER}@" in carrier.log
        assert caller_id not in carrier.log
    record = records.line_of(agent.node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("operator", "outside")
    assert record["caller_number"] == caller_id


@pytest.mark.parametrize(
    ("scenario", "result"),
    [("uas-operator-is-busy-expect-ack", "busy"), ("uas-operator-declines-expect-ack", "failed")],
)
def test_an_outside_number_that_cannot_be_reached_leaves_the_caller_to_the_agent(
    agent: Agent, carrier_port: int, tmp_path: Path, scenario: str, result: str
) -> None:
    with (
        _outside(agent.node, scenario, tmp_path, carrier_port, "-d", "300") as carrier,
        calling(agent.node, NUMBER, "+4950000003", tmp_path) as caller,
    ):
        call = handed_over(agent, "outside")
        assert result_of(agent, call) == result
        agent.ask("DELETE", f"channels/{call}")
        assert caller.is_as_expected()
        assert carrier.is_as_expected()


@pytest.mark.parametrize(
    ("target", "result"), [("absent", "failed"), ("closed", "closed"), ("nowhere", "failed")]
)
def test_a_caller_for_whom_nobody_can_be_there_is_back_at_once(
    agent: Agent, operators: Operators, tmp_path: Path, target: str, result: str
) -> None:
    with calling(agent.node, NUMBER, "+4950000004", tmp_path) as caller:
        call = handed_over(agent, target)
        assert result_of(agent, call) == result
        agent.ask("DELETE", f"channels/{call}")
        assert caller.is_as_expected()


def test_a_caller_whose_operators_are_all_on_the_phone_is_told_so(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(ANSWERS, tmp_path),
        calling(agent.node, NUMBER, "+4950000005", tmp_path / "one"),
    ):
        first = handed_over(agent, "office")
        answer_brief(agent, the_brief(agent), "take")
        with calling(agent.node, NUMBER, "+4950000006", tmp_path / "two") as second_caller:
            second = handed_over(agent, "office")
            begun_s = time.monotonic()
            assert result_of(agent, second, limit_s=12) == "busy"
            assert second_caller.headset.longest_silence_s(begun_s, time.monotonic()) < 3.0
            agent.ask("DELETE", f"channels/{second}")
            assert second_caller.is_as_expected()
        agent.ask("DELETE", f"channels/{first}")


def test_nothing_unexpected_is_in_asterisks_log(agent: Agent) -> None:
    expected = (
        # A leg whose operator hung up on the brief, or whose caller did.
        "Abnormal 'Gosub(voicebot-screen",
        # The application of an agent that is gone.
        "Stasis app 'voicebot-",
        # Its socket, when it went without a goodbye.
        "Web socket closed abruptly",
        "WebSocket read error: Broken pipe",
        "Unable to join queue 'absent'",
        "not claimed within",
    )
    wrong = [line for line in agent.node.log.splitlines() if "WARNING" in line or "ERROR" in line]
    assert [line for line in wrong if not any(known in line for known in expected)] == []
