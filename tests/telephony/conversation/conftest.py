from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telephony.accounting import Accounts, accounted
from tests.telephony.conversation.calling import Line
from tests.telephony.dead_air import DeadAir, dead_air_watched
from voicebot.stack.stack import Stack


@pytest.fixture(scope="package")
def accounts(running_stack: Stack) -> Iterator[Accounts]:
    """In the end every call of this folder is on record, and nothing is left of any."""
    with accounted(running_stack) as accounts:
        yield accounts


@pytest.fixture(scope="package")
def dead_air() -> Iterator[DeadAir]:
    with dead_air_watched() as dead_air:
        yield dead_air


@pytest.fixture
def line(running_stack: Stack, accounts: Accounts, dead_air: DeadAir, tmp_path: Path) -> Line:
    """A line to the whole stack: real Asterisk, Redis, workers and agents."""
    return Line(running_stack, tmp_path, dead_air)
