from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.accounting import Accounts, accounted
from tests.telephony.conversation.calling import Line
from tests.telephony.dead_air import DeadAir, dead_air_watched
from voicebot.stack.stack import Stack

WARM_LIMIT_S = 120


@pytest.fixture(scope="package")
def accounts(running_stack: Stack) -> Iterator[Accounts]:
    """In the end every call of this folder is on record, and nothing is left of any."""
    # Until then two cores are busy with what is made into speech for later.
    logs = [running_stack.paths.log(f"agent-{number}") for number in (1, 2)]
    until(
        lambda: all('"agent.speech_is_warm"' in log.read_text() for log in logs),
        "all speech is made",
        WARM_LIMIT_S,
    )
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
