"""Our Asterisk with three trunks, TLS and IPv6, and another Asterisk that plays the carriers."""

import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.asterisk_node import needed_asterisk_root
from tests.stack_fixture import free_ports, free_udp_range, need
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.sip.certificate import Certificate, make_certificate
from tests.telephony.sip.far_end import (
    ACCOUNT,
    BY_ADDRESS,
    OVER_TLS,
    REGISTRAR,
    FarEnd,
    Ports,
    carriers,
)
from tests.telephony.sip.session_timers import Lapses, lapse
from voicebot.stack.asterisk_config import InboundNumber

NUMBER, OTHER_NUMBER = "+12025550100", "1000"
# SIPp plays this carrier.
MAY_REFER = "127.0.0.10"
# RFC 3261 gives a request up 64 T1 after nobody has answered it; loopback is quick.
_SYSTEM = "\n[system]\ntype = system\ntimer_t1 = 100\ntimer_b = 6400\n"
NUMBERS = (
    InboundNumber(NUMBER, is_recorded=False, max_message_s=60),
    InboundNumber(OTHER_NUMBER, is_recorded=False, max_message_s=60),
)


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="package")
def far_ports() -> Ports:
    [http, tls] = free_ports(2)
    [sip] = free_ports(1, socket.SOCK_DGRAM)
    return Ports(sip=sip, tls=tls, http=http, rtp=free_udp_range(100))


@pytest.fixture(scope="package")
def trunks_file(tmp_path_factory: pytest.TempPathFactory, far_ports: Ports) -> Path:
    path = tmp_path_factory.mktemp("trunks") / "trunks.yaml"
    shared = {"country": "US", "codecs": ["opus", "g722", "ulaw", "alaw"]}
    trunks = [
        {
            **shared,
            "name": "alpha",
            "host": BY_ADDRESS,
            "port": far_ports.sip,
            "numbers": [NUMBER],
            "max_calls": 2,
        },
        {
            **shared,
            "name": "beta",
            "host": REGISTRAR,
            "port": far_ports.sip,
            "numbers": [NUMBER],
            # Known by its registration alone.
            "registration": {"username": ACCOUNT[0]},
            "addresses": [],
            "codecs": ["g722", "ulaw", "alaw"],
        },
        {
            **shared,
            "name": "epsilon",
            "host": MAY_REFER,
            "numbers": [NUMBER],
            "codecs": ["ulaw"],
            "allow_refer": True,
        },
        {
            **shared,
            "name": "delta",
            "host": "::1",
            "port": far_ports.sip,
            "numbers": [NUMBER],
            "codecs": ["ulaw"],
        },
        {
            **shared,
            "name": "gamma",
            "host": OVER_TLS,
            "port": far_ports.tls,
            "transport": "tls",
            "numbers": [NUMBER],
        },
    ]
    path.write_text(yaml.safe_dump({"trunks": trunks}))
    return path


@pytest.fixture(scope="package")
def stopped_node(
    tmp_path_factory: pytest.TempPathFactory, trunks_file: Path, certificate: Certificate
) -> Node:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    [tls_port] = free_ports(1)
    node = Node(
        root,
        tmp_path_factory.mktemp("node"),
        NUMBERS,
        # ARI and the media sockets, too.
        bind_address="::1",
        trunks_file=trunks_file,
        trunk_passwords={"beta": ACCOUNT[1]},
        sip_address_v6="::1",
        sip_tls_port=tls_port,
        sip_tls_certificate=str(certificate.certificate),
        sip_tls_key=str(certificate.key),
        sip_tls_ca=str(certificate.certificate),
    )
    pjsip = node.etc / "pjsip.conf"
    pjsip.write_text(pjsip.read_text() + _SYSTEM)
    return node


@pytest.fixture(scope="package", autouse=True)
def session_timers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Future[Lapses]]":
    """A minute of waiting, on a node of its own, while the other tests of this folder play."""
    is_wanted = any("test_session_timers" in item.nodeid for item in request.session.items)
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    with ThreadPoolExecutor(max_workers=1) as waiting:
        lapses: Future[Lapses] = Future()
        if is_wanted:
            node = Node(root, tmp_path_factory.mktemp("timed"), NUMBERS)
            lapses = waiting.submit(lapse, node, NUMBER, tmp_path_factory.mktemp("timers"))
        yield lapses


@pytest.fixture(scope="package")
def far_end(
    stopped_node: Node,
    tmp_path_factory: pytest.TempPathFactory,
    far_ports: Ports,
    certificate: Certificate,
) -> Iterator[FarEnd]:
    made = FarEnd(
        stopped_node.paths.asterisk_root,
        tmp_path_factory.mktemp("far-end"),
        far_ports,
        carriers(far_ports, stopped_node.settings.sip_port, stopped_node.settings.sip_tls_port),
        certificate,
    )
    with made.running() as running:
        yield running


@pytest.fixture(scope="package")
def node(stopped_node: Node, far_end: FarEnd) -> Iterator[Node]:
    """Started after the far end: it registers at once."""
    with stopped_node.running() as running:
        yield running


@pytest.fixture
def agent(node: Node) -> Iterator[Agent]:
    with running_agent(node) as running:
        yield running
