"""One whole stack for all service tests: its businesses, their people, their web service."""

import socket
from collections.abc import Iterator

import pytest

from tests.polling import until
from tests.stack_fixture import free_ports, stack_for_tests
from tests.telephony.accounting import accounted
from tests.telephony.service import businesses
from tests.telephony.service.holding import Calls, Conversation, Held
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import CALENDAR_PATH, MESSAGES_PATH, web_server
from tests.telephony.transfers.phones import Operator
from voicebot.settings import Settings
from voicebot.stack.phones import add_phone

HZ = {"maria": 550, "joan": 660, "kim": 770}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("service")
    state_dir = directory / "state"
    phones = {
        name: add_phone(Settings.model_validate({"state_dir": state_dir}), name) for name in HZ
    }
    with web_server() as web, pytest.MonkeyPatch.context() as environment:
        environment.setenv("APPOINTMENTS_URL", web.url(CALENDAR_PATH))
        business_dir = state_dir / "businesses"
        businesses.write(
            business_dir,
            {
                "shop": businesses.shop(web.url(MESSAGES_PATH)),
                "clinic": businesses.clinic(),
                "garage": businesses.garage(businesses.PARKING),
            },
        )
        [panel_port] = free_ports(1)
        with stack_for_tests(state_dir, business_file=business_dir, panel_port=panel_port) as stack:
            ports = free_ports(len(HZ), socket.SOCK_DGRAM)
            operators = {
                name: Operator(phones[name], stack, port, hz)
                for (name, hz), port in zip(HZ.items(), ports, strict=True)
            }
            for name, operator in operators.items():
                operator.register(directory / name)
            made = Service(stack, directory, operators, web)
            until(made.has_all_sentences, "all sentences are made into speech", 120)
            with accounted(stack):
                yield made


@pytest.fixture(scope="session")
def calls(request: pytest.FixtureRequest, service: Service) -> Calls:
    """The calls of all tests that are to run."""
    wanted: list[Conversation] = [
        item.callspec.params["held"]  # type: ignore[misc]
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        if "held" in item.callspec.params
    ]
    return Calls(service, dict.fromkeys(wanted))


@pytest.fixture
def held(request: pytest.FixtureRequest, calls: Calls) -> Held:
    """A call that was held already; the test names the conversation as its parameter."""
    return calls.held(request.param)
