"""Callers on the line while parts of everything real die or freeze: nobody sits in silence."""

import signal
import sqlite3
from collections.abc import Iterator, Sequence

import pytest

from tests.polling import until
from tests.stack_fixture import stack_for_tests
from tests.telephony.accounting import Accounts, accounted
from tests.telephony.conversation.calling import Line, PlacedCall
from tests.telephony.dead_air import DeadAir, dead_air_watched
from tests.telephony.failures.breaking import Callers, all_are_ready, broken, service_of
from voicebot.calls.model import HandledBy
from voicebot.stack.stack import Stack

AGENTS = ("agent-1", "agent-2")
WORKERS = ("worker-stt", "worker-llm", "worker-tts")
CALLERS = 3
CONVERSATION = (
    *("--patience-s", "14", "--pause-ms", "1500"),
    *("--say", "I had a lovely day at the lake yesterday."),
    *("--say", "What are your opening hours?"),
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One of its own with two agents, to be broken."""
    with stack_for_tests(tmp_path_factory.mktemp("broken") / "s", agent_processes=2) as stack:
        yield stack


@pytest.fixture(scope="module")
def accounts(stack: Stack) -> Iterator[Accounts]:
    with accounted(stack) as accounts:
        yield accounts


@pytest.fixture(scope="module")
def dead_air() -> Iterator[DeadAir]:
    with dead_air_watched() as dead_air:
        yield dead_air


@pytest.fixture(scope="module")
def line(stack: Stack, accounts: Accounts) -> Line:
    return Line(stack, stack.settings.state_dir.parent)


def everybody_was_looked_after(
    line: Line, dead_air: DeadAir, calls: Sequence[PlacedCall], *, with_apology: bool = False
) -> None:
    for placed in calls:
        assert placed.report["is_held"]
        service = service_of(placed)
        dead_air.heard(service.longest_silence_ms)
        assert service.heard_apology or not with_apology
        line.record_of(placed)  # exactly one
    until(lambda: not line.left_in_asterisk(), "nothing is left in Asterisk", 20)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_whoever_talks_with_agents_that_are_gone_hears_an_apology(
    line: Line, dead_air: DeadAir, how: signal.Signals
) -> None:
    all_are_ready(line)
    callers = Callers(line, CALLERS, *CONVERSATION)
    with broken(line, how, *AGENTS):
        calls = callers.finish()
    everybody_was_looked_after(line, dead_air, calls, with_apology=True)
    for placed in calls:
        assert line.record_of(placed).handled_by is HandledBy.DIALPLAN


@pytest.mark.parametrize(
    "parts",
    [("redis",), ("redis", *WORKERS), ("redis", *WORKERS, *AGENTS)],
    ids=["redis", "redis and workers", "everything"],
)
def test_no_caller_sits_in_silence_when_parts_freeze(
    line: Line, dead_air: DeadAir, parts: tuple[str, ...]
) -> None:
    all_are_ready(line)
    callers = Callers(line, CALLERS, *CONVERSATION)
    with broken(line, signal.SIGSTOP, *parts):
        calls = callers.finish()
    everybody_was_looked_after(line, dead_air, calls)


def test_a_call_that_ends_while_the_database_is_locked_is_on_record_once(
    line: Line, accounts: Accounts, dead_air: DeadAir
) -> None:
    all_are_ready(line)
    callers = Callers(line, 1, "--say", "What are your opening hours?")
    database = sqlite3.connect(line.stack.settings.state_dir / "voicebot.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        calls = callers.finish()
    finally:
        database.execute("ROLLBACK")
        database.close()
    # A record that the database does not take is late.
    accounts.excused.update(placed.caller_number for placed in calls)
    everybody_was_looked_after(line, dead_air, calls)
