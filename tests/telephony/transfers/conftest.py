"""One Asterisk with a business whose operators have real phones; the tests play the agents."""

import re
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.polling import until
from tests.stack_fixture import free_ports, need
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.transfers.phones import Operator
from voicebot.dialogue.business import Business
from voicebot.stack.asterisk_config import install_phones
from voicebot.stack.dialplan import inbound_numbers
from voicebot.stack.phones import MODULES_TO_RELOAD, add_phone

NUMBER = "+12025550100"
CARRIER, CARRIER_HZ = "127.0.0.9", 880
OUTSIDE = "+12025550177"
HZ = {"maria": 550, "joan": 660, "kim": 770}


def shop(**changes: object) -> Business:
    """Maria and Joan in the workshop, Kim in the office, Lee who is never there."""
    week = {"mon": ["00:00-24:00"]}
    closed = {"time_zone": "UTC", "week": week, "closed_on": [_day(0), _day(1), _day(-1)]}
    # The shortest that a business may set.
    patience = {"ring_s": 5, "wait_s": 5}
    return Business.model_validate(
        {
            "name": "Shop",
            "dids": [NUMBER],
            "persona": "You help.",
            "greeting": "You speak with a machine.",
            "operators": [{"id": name, "name": name} for name in (*HZ, "lee")],
            "transfers": [
                {"id": "workshop", "topic": "w", "operators": ["maria", "joan"], **patience},
                {"id": "office", "topic": "o", "operators": ["kim"], **patience},
                {"id": "direct", "topic": "d", "operators": ["kim"], "mode": "blind", **patience},
                {"id": "absent", "topic": "a", "operators": ["lee"], **patience},
                {"id": "closed", "topic": "c", "operators": ["kim"], "hours": closed, **patience},
                {"id": "outside", "topic": "x", "number": OUTSIDE, "mode": "blind", **patience},
            ],
            "operator": "office",
            **changes,
        }
    )


def _day(offset: int) -> str:
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + 86_400 * offset, UTC).strftime(
        "%Y-%m-%d"
    )


@pytest.fixture(scope="session")
def carrier_port() -> int:
    [port] = free_ports(1, socket.SOCK_DGRAM)
    return port


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory, carrier_port: int) -> Iterator[Node]:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    trunks_file = tmp_path_factory.mktemp("trunks") / "trunks.yaml"
    trunks_file.write_text(
        "trunks:\n"
        f"  - {{name: carrier, host: {CARRIER}, port: {carrier_port}, country: US,"
        f" numbers: ['{NUMBER}']}}\n"
    )
    business = shop()
    state_dir = tmp_path_factory.mktemp("node")
    made = Node(
        root,
        state_dir,
        inbound_numbers(business),
        businesses=(business,),
        trunks_file=trunks_file,
    )
    ask_no_carrier_for_its_health(made)
    with made.running() as running:
        yield running


def ask_no_carrier_for_its_health(node: Node) -> None:
    """The carrier is there only while a test plays it."""
    trunk = node.etc / "trunks" / "pjsip.conf"
    trunk.write_text(re.sub(r"qualify_frequency = \d+", "qualify_frequency = 0", trunk.read_text()))


@pytest.fixture(scope="session")
def operators(node: Node, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Operator]:
    """Everybody but Lee has registered a phone."""
    ports = free_ports(len(HZ), socket.SOCK_DGRAM)
    made = {
        name: Operator(add_phone(node.settings, name), node, port, hz)
        for (name, hz), port in zip(HZ.items(), ports, strict=True)
    }
    add_phone(node.settings, "lee")
    install_phones(node.settings, node.etc)
    for module in MODULES_TO_RELOAD:
        node.console(f"module reload {module}")
    for operator in made.values():
        operator.register(tmp_path_factory.mktemp(operator.id))
    return made


@pytest.fixture
def agent(node: Node, operators: dict[str, Operator]) -> Iterator[Agent]:
    """An agent for calls whose operators have phones; nothing is left behind after the test."""
    with running_agent(node) as running:
        yield running
    nothing_is_left(node)


def nothing_is_left(node: Node) -> None:
    """No channel and no bridge."""
    until(
        lambda: (
            not node.console("core show channels concise").strip()
            and "simple_bridge" not in node.console("bridge show all")
        ),
        lambda: f"all is gone:\n{node.console('core show channels')}",
        limit_s=10,
    )
