"""Calls over carriers' trunks, both ways, and those of strangers."""

from pathlib import Path

import pytest
import yaml

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import APP, Agent
from tests.telephony.fallback.node import Node
from tests.telephony.sip.conftest import NUMBER, NUMBERS, OTHER_NUMBER
from tests.telephony.sip.far_end import ACCOUNT, STRANGER, FarEnd
from tests.telephony.sip.sounds import NARROW_HZ
from tests.telephony.sip.talking import (
    TOLERANCE_HZ,
    agent_hears_hz,
    assert_both_are_heard,
    claim,
)
from voicebot.audio.frames import Encoding
from voicebot.stack.asterisk_config import TRUNK_MODULES_TO_RELOAD, install_trunks

OPERATOR = "+493098765432"


def _dial(agent: Agent, endpoint: str, number: str = OPERATOR, caller: str = NUMBER) -> str:
    """Calls out; returns the channel once it is answered and the agent's."""
    agent.ask("POST", "channels", endpoint=f"PJSIP/{number}@{endpoint}", app=APP, callerId=caller)
    channel_id: str = agent.await_event("StasisStart")["channel"]["id"]
    return channel_id


def _answered(far_end: FarEnd, before: set[str]) -> str:
    """The call that the far end has just taken."""
    return until(lambda: next(iter(set(far_end.channels()) - before), None), "the far end's call")


def _reload(node: Node) -> None:
    install_trunks(node.settings, NUMBERS, node.etc)
    for module in TRUNK_MODULES_TO_RELOAD:
        node.console(f"module reload {module}")


def _is_registered(node: Node) -> bool:
    return " Registered" in node.console("pjsip show registrations")


def test_a_call_from_the_carrier_we_register_with_is_known_by_the_registrations_mark(
    agent: Agent, far_end: FarEnd
) -> None:
    until(lambda: _is_registered(agent.node), "the trunk is registered", 15.0)
    call = far_end.call(ACCOUNT[0], NUMBER.removeprefix("+"), caller="+493022222222", is_wide=True)
    channel_id = claim(agent)
    assert agent.ask("GET", f"channels/{channel_id}")["name"].startswith("PJSIP/trunk-beta-")
    assert_both_are_heard(agent, channel_id, far_end, call, Encoding.SLIN16)


def test_a_call_to_the_carrier_we_register_with_proves_who_we_are(
    agent: Agent, far_end: FarEnd
) -> None:
    before = set(far_end.channels())
    # Its account is told from its name in From, and then asked for its password.
    channel_id = _dial(agent, "trunk-beta", caller=ACCOUNT[0])
    far_channel = _answered(far_end, before)
    assert_both_are_heard(agent, channel_id, far_end, far_channel, Encoding.SLIN16)


def test_a_call_to_the_carrier_that_knows_our_address_is_heard_both_ways(
    agent: Agent, far_end: FarEnd
) -> None:
    before = set(far_end.channels())
    channel_id = _dial(agent, "trunk-alpha")
    far_channel = _answered(far_end, before)
    assert_both_are_heard(agent, channel_id, far_end, far_channel, Encoding.SLIN16)


@pytest.mark.parametrize("dialled", ["2025550100", "0012025550100", "12025550100"])
def test_a_carrier_may_dial_a_number_as_its_country_does(
    agent: Agent, far_end: FarEnd, dialled: str
) -> None:
    far_end.call("udp-ulaw", dialled)
    start = agent.claim()
    agent.ask("DELETE", f"channels/{start['channel']['id']}")
    assert start["args"] == [NUMBER]


def test_a_carrier_may_not_dial_what_it_does_not_bring(far_end: FarEnd) -> None:
    assert far_end.refusal_of("udp-ulaw", OTHER_NUMBER) == 404


def test_a_carrier_is_refused_more_calls_than_its_trunk_may_have(
    agent: Agent, far_end: FarEnd
) -> None:
    channels = []
    for _ in range(2):
        far_end.call("udp-ulaw", NUMBER)
        channels.append(claim(agent))
    assert far_end.refusal_of("udp-ulaw", NUMBER) == 503
    for channel_id in channels:
        agent.ask("DELETE", f"channels/{channel_id}")


def test_a_stranger_is_refused_and_logged_once_for_each_attempt(
    agent: Agent, far_end: FarEnd
) -> None:
    assert far_end.refusal_of("stranger", NUMBER) == 401
    about = [line for line in agent.node.log.splitlines() if STRANGER in line]
    assert len(about) == 1
    assert "No matching endpoint found" in about[0]


def test_trunks_come_and_go_under_a_running_call(
    agent: Agent, far_end: FarEnd, trunks_file: Path
) -> None:
    until(lambda: _is_registered(agent.node), "the trunk is registered", 15.0)
    call = far_end.call("udp-ulaw", NUMBER)
    channel_id = claim(agent)
    kept = trunks_file.read_text()
    trunks = yaml.safe_load(kept)["trunks"]
    newcomer = {"name": "omega", "host": STRANGER, "country": "US", "numbers": [NUMBER]}
    # The trunk of the running call itself goes.
    changed = [trunk for trunk in trunks if trunk["name"] != "alpha"] + [newcomer]
    try:
        trunks_file.write_text(yaml.safe_dump({"trunks": changed}))
        _reload(agent.node)
        far_end.call("stranger", NUMBER)
        of_newcomer = claim(agent)
        assert agent.ask("GET", f"channels/{of_newcomer}")["name"].startswith("PJSIP/trunk-omega")
        agent.ask("DELETE", f"channels/{of_newcomer}")
        assert far_end.refusal_of("udp-ulaw", NUMBER) == 401
        heard_hz = agent_hears_hz(agent, channel_id, Encoding.ULAW)
        assert heard_hz == pytest.approx(NARROW_HZ, abs=TOLERANCE_HZ)
    finally:
        trunks_file.write_text(kept)
        _reload(agent.node)
    assert far_end.refusal_of("stranger", NUMBER) == 401
    assert _is_registered(agent.node)
    agent.ask("DELETE", f"channels/{channel_id}")
    until(lambda: call not in far_end.channels(), "the call is over")


def test_a_password_is_in_no_file_that_others_may_read(node: Node, trunks_file: Path) -> None:
    assert ACCOUNT[1] not in trunks_file.read_text()
    assert (node.etc / "trunks" / "pjsip.conf").stat().st_mode & 0o007 == 0


def test_a_call_over_ipv6_is_heard_both_ways(agent: Agent, far_end: FarEnd) -> None:
    call = far_end.call("over-ipv6", NUMBER, caller="+493066666666")
    channel_id = claim(agent)
    assert_both_are_heard(agent, channel_id, far_end, call)
    assert records.line_of(agent.node, "+493066666666")["codec"] == "ulaw"


def test_a_call_out_over_ipv6_is_heard_both_ways(agent: Agent, far_end: FarEnd) -> None:
    before = set(far_end.channels())
    channel_id = _dial(agent, "trunk-delta")
    assert_both_are_heard(agent, channel_id, far_end, _answered(far_end, before))
