"""One whole stack for all of it; nothing may be left of any call in the end."""

import itertools
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
import yaml

from tests.stack_fixture import free_ports, need, stack_for_tests
from tests.telephony.accounting import Accounts, accounted
from tests.telephony.bad_input.small_disks import Disk, may_mount, small_disks
from tests.telephony.dead_air import DeadAir, dead_air_watched
from tests.telephony.transfers.phones import Operator
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack.phones import add_phone
from voicebot.stack.stack import Stack

PATIENCE_S = 5.0  # nobody here needs more
SIZES_MB = {
    "asterisk/log": 16,  # with the CDR file
    "asterisk/spool": 128,  # recordings
    "database": 32,
    "log": 16,
    "redis": 64,
}


@pytest.fixture(scope="package")
def disks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Disk]]:
    """The folders that a stack writes to; none where nobody may mount any."""
    state_dir = tmp_path_factory.mktemp("bad-input") / "state"
    state_dir.mkdir()
    with ExitStack() as mounted:
        may = may_mount(state_dir)
        yield mounted.enter_context(small_disks(state_dir, SIZES_MB)) if may else {}


@pytest.fixture(scope="package")
def stack(disks: Mapping[str, Disk], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    need("sipp", is_there=shutil.which("sipp") is not None)
    state_dir = tmp_path_factory.getbasetemp() / "bad-input0" / "state"
    business_file = state_dir / "business.yaml"
    business_file.write_text(yaml.safe_dump(_business()))
    phone = add_phone(Settings.model_validate({"state_dir": state_dir}), "maria")
    database = state_dir / "database" / "voicebot.db"
    database.parent.mkdir(exist_ok=True)
    with stack_for_tests(
        state_dir, business_file=business_file, database_url=f"sqlite+aiosqlite:///{database}"
    ) as stack:
        # Its phone is known and never answers: whoever is connected with it hears music.
        [sip_port] = free_ports(1, socket.SOCK_DGRAM)
        Operator(phone, stack, sip_port, 0).register(state_dir.parent / "maria")
        yield stack


@pytest.fixture(scope="package")
def accounts(stack: Stack) -> Iterator[Accounts]:
    with accounted(stack) as accounts:
        yield accounts


@pytest.fixture(scope="package")
def dead_air() -> Iterator[DeadAir]:
    with dead_air_watched() as dead_air:
        yield dead_air


@pytest.fixture(scope="session")
def callers() -> Iterator[str]:
    """Numbers that nobody else calls from."""
    return (str(number) for number in itertools.count(2025553001))


def _business() -> dict[str, Any]:
    """The demo's, which is open at any hour, records, and comes to the point."""
    demo: dict[str, Any] = yaml.safe_load(
        (PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text()
    )
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return demo | {
        "hours": {"time_zone": "UTC", "week": {day: ["00:00-24:00"] for day in days}},
        "greeting": "You are speaking with a machine. How can I help you?",
        "recording": {"enabled": True, "announcement": "This call is recorded."},
        "silence": {"patience_s": PATIENCE_S},
    }
