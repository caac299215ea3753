"""A caller behind NAT and a node behind NAT hear each other."""

import socket
from pathlib import Path

import pytest
import yaml

from tests.asterisk_node import needed_asterisk_root
from tests.stack_fixture import free_ports, free_udp_range
from tests.telephony.fallback.agent import running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.sip.conftest import NUMBER, NUMBERS
from tests.telephony.sip.far_end import FarEnd, Ports, endpoint_section, transport
from tests.telephony.sip.network import (
    CALLER,
    CALLER_ADDRESS,
    NODE,
    NODE_ADDRESS,
    OUTSIDE_OF_CALLER,
    OUTSIDE_OF_NODE,
    Network,
    need_namespaces,
)
from tests.telephony.sip.sounds import AGENT_NARROW_HZ, NARROW_HZ
from tests.telephony.sip.talking import TOLERANCE_HZ, agent_hears_hz, claim, far_end_heard_hz
from voicebot.audio.frames import Encoding


def _node(state_dir: Path) -> Node:
    trunks = state_dir / "trunks.yaml"
    trunk = {"name": "remote", "host": OUTSIDE_OF_CALLER, "country": "US", "numbers": [NUMBER]}
    trunks.write_text(yaml.safe_dump({"trunks": [trunk]}))
    return Node(
        needed_asterisk_root(),
        state_dir,
        NUMBERS,
        trunks_file=trunks,
        sip_address=NODE_ADDRESS,
        external_address=OUTSIDE_OF_NODE,
        local_networks="10.88.0.0/24",
    )


def _caller(state_dir: Path, node: Node) -> FarEnd:
    [http, tls] = free_ports(2)
    [sip] = free_ports(1, socket.SOCK_DGRAM)
    pjsip = "\n".join(
        (
            "[global]\ntype=global\n",
            transport("udp", "udp", f"{CALLER_ADDRESS}:{sip}"),
            # It knows nothing of its NAT: its SDP and its Contact name the private address.
            endpoint_section("out", "udp", CALLER_ADDRESS, "ulaw", "aors=out\n"),
            f"[out]\ntype=aor\ncontact=sip:{OUTSIDE_OF_NODE}:{node.settings.sip_port}\n",
        )
    )
    ports = Ports(sip=sip, tls=tls, http=http, rtp=free_udp_range(100))
    return FarEnd(node.paths.asterisk_root, state_dir, ports, pjsip)


def test_both_ends_behind_nat_hear_each_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    need_namespaces()
    node = _node(tmp_path_factory.mktemp("nat-node"))
    caller = _caller(tmp_path_factory.mktemp("nat-caller"), node)
    settings = node.settings
    rtp_ports = (settings.rtp_first_port, settings.rtp_last_port)
    with Network().standing(settings.sip_port, rtp_ports) as network:
        with network.inside(CALLER):
            caller.launch()
        with network.inside(NODE):
            node.launch()
        try:
            caller.wait_until_ready()
            node.wait_until_ready()
            with network.inside(NODE), running_agent(node) as agent:
                with network.inside(CALLER):
                    call = caller.call("out", NUMBER)
                channel_id = claim(agent)
                heard_hz = agent_hears_hz(agent, channel_id, Encoding.ULAW)
                agent.ask("DELETE", f"channels/{channel_id}")
            with network.inside(CALLER):
                caller_heard_hz = far_end_heard_hz(caller, call)
            node.settle()
        finally:
            node.stop()
            caller.stop()
    assert heard_hz == pytest.approx(NARROW_HZ, abs=TOLERANCE_HZ)
    assert caller_heard_hz == pytest.approx(AGENT_NARROW_HZ, abs=TOLERANCE_HZ)
