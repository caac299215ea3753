"""A changed business is put in force under running calls."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.conftest import HZ, NUMBER, ask_no_carrier_for_its_health, shop
from tests.telephony.transfers.handing_over import (
    answer_brief,
    hand_over,
    handed_over,
    result_of,
    the_brief,
)
from tests.telephony.transfers.phones import CALLER_HZ, Operator, calling
from voicebot.errors import ConfigurationError, StackError
from voicebot.stack.reload import reload_asterisk

Operators = dict[str, Operator]
NEW_NUMBER = "+12025550188"
ANSWERS, RINGS = "uas-operator-answers-expect-bye", "uas-operator-rings-expect-cancel"
CHANGED = shop(
    dids=[NUMBER, NEW_NUMBER],
    transfers=[
        {"id": "sales", "topic": "s", "operators": ["maria"], "ring_s": 5, "wait_s": 5},
    ],
    operator=None,
)


@pytest.fixture(autouse=True)
def as_before(node: Node) -> Iterator[None]:
    """The business that all other tests know is in force again afterwards."""
    yield
    reload_asterisk(node.settings, [shop()])
    ask_no_carrier_for_its_health(node)
    node.console("module reload res_pjsip.so")


def test_a_conversation_goes_on_and_what_is_new_can_be_used(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        operators["maria"].waits(ANSWERS, tmp_path) as maria,
        calling(agent.node, NUMBER, "+4970000001", tmp_path / "one") as caller,
    ):
        first = handed_over(agent, "office")
        answer_brief(agent, the_brief(agent), "take")
        until(lambda: caller.headset.hears(HZ["kim"], 0), "the caller hears the operator")
        done = reload_asterisk(agent.node.settings, [CHANGED])
        assert done.is_live
        assert {"extensions.conf", "queues.conf"} <= set(done.changed)
        with calling(agent.node, NEW_NUMBER, "+4970000002", tmp_path / "two") as second_caller:
            second = handed_over(agent, "sales")
            answer_brief(agent, the_brief(agent), "take")
            now_s = time.monotonic()
            until(lambda: maria.headset.hears(CALLER_HZ, now_s), "the new transfer is connected")
            until(lambda: kim.headset.hears(CALLER_HZ, now_s), "and the old one still is")
            agent.ask("DELETE", f"channels/{second}")
            assert second_caller.is_as_expected()
        agent.ask("DELETE", f"channels/{first}")
        assert kim.is_as_expected()


def test_a_caller_who_waits_in_a_group_that_is_taken_away_is_not_lost(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(RINGS, tmp_path),
        calling(agent.node, NUMBER, "+4970000003", tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        begun_s = time.monotonic()
        until(lambda: caller.headset.hears_sound(begun_s), "the caller hears music")
        reload_asterisk(agent.node.settings, [CHANGED])
        assert result_of(agent, call, limit_s=12) in {"no_answer", "failed"}
        assert caller.headset.longest_silence_s(begun_s, time.monotonic()) < 3.0
        # And the group is gone for the next one.
        hand_over(agent, call, "office")
        assert result_of(agent, call) == "failed"
        agent.ask("DELETE", f"channels/{call}")
        assert caller.is_as_expected()


def test_a_business_that_cannot_be_rendered_changes_nothing(node: Node) -> None:
    before = (node.etc / "extensions.conf").read_text()
    hours = {"time_zone": "US/Central", "week": {"mon": ["09:00-17:00"]}}
    with pytest.raises(ConfigurationError, match="US/Central"):
        reload_asterisk(node.settings, [shop(dids=["1000"], hours=hours)])
    assert (node.etc / "extensions.conf").read_text() == before


def test_what_asterisk_refuses_is_taken_back(node: Node) -> None:
    before = (node.etc / "extensions.conf").read_text()
    node.console("module unload app_queue.so")
    try:
        with pytest.raises(StackError, match="queue reload all"):
            reload_asterisk(node.settings, [CHANGED])
        assert (node.etc / "extensions.conf").read_text() == before
    finally:
        node.console("module load app_queue.so")


def test_nothing_is_done_when_nothing_has_changed(node: Node) -> None:
    reload_asterisk(node.settings, [shop()])
    assert reload_asterisk(node.settings, [shop()]).changed == ()
