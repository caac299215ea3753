"""A whole stack whose workers bear one conversation at a time, and a business with a queue."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

from tests.polling import until
from tests.stack_fixture import free_ports, stack_for_tests
from tests.telephony.accounting import Accounts, accounted
from tests.telephony.outbound.callee import CARRIER
from tests.telephony.outbound.conftest import ANY_TIME
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import web_server
from voicebot.settings import PROJECT_DIR
from voicebot.stack import trunk_config

SHOP = "1000"
RINGS_BACK, SHOWN = "1001", "+12025550100"
FACTS = ("opening-hours", "address")


@pytest.fixture(scope="package")
def carrier_port() -> int:
    """Where the trunk leads to; who answers there is for the test to say."""
    [port] = free_ports(1, socket.SOCK_DGRAM)
    return port


@pytest.fixture(scope="package")
def full(tmp_path_factory: pytest.TempPathFactory, carrier_port: int) -> Iterator[Service]:
    """Whoever rings second waits, or is rung back."""
    directory = tmp_path_factory.mktemp("queue")
    demo = yaml.safe_load((PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text())
    business = demo | {
        "dids": [SHOP],
        "facts": [fact for fact in demo["facts"] if fact["id"] in FACTS],
        "queues": [{"name": "main", "announce_every_s": 10, "max_waiting": 250}],
    }
    business_dir = directory / "businesses"
    business_dir.mkdir()
    (business_dir / "shop.yaml").write_text(yaml.safe_dump(business))
    # Of the other, nobody who gives up is rung.
    rings_back = {key: business[key] for key in ("language", "persona", "facts", "queues")} | {
        "name": "Lakeside Rentals",
        "dids": [RINGS_BACK, SHOWN],
        "greeting": "Hello, you are speaking with the machine of Lakeside Rentals.",
        "outbound": {
            "greeting": "Hello, this is the machine of Lakeside Rentals.",
            "hours": ANY_TIME,
        },
        "callbacks": {"rings_on_holidays": True},
    }
    (business_dir / "rings-back.yaml").write_text(yaml.safe_dump(rings_back))
    trunk = {"name": "carrier", "host": CARRIER, "port": carrier_port, "country": "US"}
    trunks_file = directory / "trunks.yaml"
    trunks_file.write_text(yaml.safe_dump({"trunks": [trunk | {"numbers": [SHOWN]}]}))
    with (
        web_server() as web,
        _unasked(),
        stack_for_tests(
            directory / "state",
            business_file=business_dir,
            trunks_file=trunks_file,
            llm_conversations=1,
            agent_max_listened=4,
            panel_port=free_ports(1)[0],
        ) as stack,
    ):
        made = Service(stack, directory, {}, web)
        until(made.has_all_sentences, "all sentences are made into speech", 120)
        yield made


@pytest.fixture(scope="package", autouse=True)
def accounts(full: Service) -> Iterator[Accounts]:
    with accounted(full.stack) as accounts:
        yield accounts


@contextmanager
def _unasked() -> Iterator[None]:
    """The carrier is not asked for its health: SIPp would take that for the call."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trunk_config, "QUALIFY_S", 0)
        yield
