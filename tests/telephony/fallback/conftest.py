"""One Asterisk for all tests here, with nobody but the tests' own agents to claim calls."""

import shutil
from collections.abc import Iterator

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.stack_fixture import need
from tests.telephony.fallback.node import Node
from voicebot.stack.asterisk_config import InboundNumber, install_phones
from voicebot.stack.phones import MODULES_TO_RELOAD, Phone, add_phone

NUMBER = "+12025550100"
RECORDED_NUMBER = "12025550101"
SHORT_MESSAGE_S = 2


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    numbers = (
        InboundNumber(NUMBER, is_recorded=False, max_message_s=60),
        InboundNumber(RECORDED_NUMBER, is_recorded=True, max_message_s=SHORT_MESSAGE_S),
    )
    with Node(root, tmp_path_factory.mktemp("node"), numbers).running() as running:
        yield running


@pytest.fixture(scope="session")
def phone(node: Node) -> Phone:
    """A phone made while Asterisk runs, for calls from 127.0.0.1."""
    made = add_phone(node.settings, "desk1")
    install_phones(node.settings, node.etc)
    for module in MODULES_TO_RELOAD:
        node.console(f"module reload {module}")
    return made
