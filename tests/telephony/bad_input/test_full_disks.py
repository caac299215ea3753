"""A disk that is full, under running calls, and then has space again.

Each folder that the stack writes to has a small disk of its own, so that they fill in turn.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from tests.polling import until
from tests.stack_fixture import need
from tests.telephony.accounting import Accounts
from tests.telephony.bad_input.conftest import SIZES_MB
from tests.telephony.bad_input.phone import Phone, phone
from tests.telephony.bad_input.small_disks import Disk
from tests.telephony.dead_air import DeadAir
from voicebot.caller.measurement import measure
from voicebot.caller.speech import spoken
from voicebot.capacity.degradation import Degradation
from voicebot.errors import SharedStateError
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.stack.stack import Stack

CALLS = 2
QUESTION = "What is your address?"
CALL_LIMIT_S = 60.0
RECOVERY_LIMIT_S = 40.0
# Recordings and log files are nothing that a call waits for: theirs are full together.
FULL = (
    ("asterisk/log",),
    ("asterisk/spool", "log"),
    ("database",),
    ("redis",),
    tuple(SIZES_MB),
)


@pytest.fixture(autouse=True)
def _may_mount(disks: Mapping[str, Disk]) -> None:
    need("the right to mount small disks", is_there=bool(disks))


async def _ask(stack: Stack, caller: str) -> Phone:
    question = await asyncio.to_thread(spoken, QUESTION, stack.settings.cache_dir)
    async with (
        phone(stack.settings.sip_port, "1000", caller) as own,
        asyncio.timeout(CALL_LIMIT_S),
    ):
        own.dial()
        await own.answered.wait()
        await own.audio.hears_out()
        own.audio.say(QUESTION, question)
        await own.audio.falls_silent()
        await own.audio.hears_out()
        own.hang_up()
        await own.is_over()
    return own


async def _ask_all(stack: Stack, callers: Sequence[str]) -> Sequence[Phone]:
    return await asyncio.gather(*(_ask(stack, caller) for caller in callers))


def _lines(stack: Stack, event: str) -> int:
    """How often the agents have said so."""
    logs = stack.paths.log_dir.glob("agent-*.log")
    return sum(log.read_text(errors="replace").count(f'"event": "{event}"') for log in logs)


@pytest.fixture(autouse=True)
def _service_is_given_again(stack: Stack) -> Iterator[None]:
    """Whoever rings next talks with an agent: without Redis new callers are sent to people."""
    yield
    until(lambda: asyncio.run(_all_talk(stack)), "all agents talk with callers", RECOVERY_LIMIT_S)


async def _all_talk(stack: Stack) -> bool:
    connection = RedisConnection(stack.settings.redis_url)
    try:
        seen = await RedisHealthBoard(connection).seen()
    except SharedStateError:
        return False
    finally:
        await connection.close()
    steps = [agent.step for agent in seen.agents]
    talking = [step for step in steps if step < Degradation.LINE_AND_CALLBACKS]
    return len(talking) == len(steps) == stack.settings.agent_processes


@pytest.mark.parametrize("names", FULL, ids="+".join)
def test_calls_go_on_while_a_disk_is_full_and_are_on_record_once_it_has_space(
    stack: Stack,
    disks: Mapping[str, Disk],
    accounts: Accounts,
    dead_air: DeadAir,
    callers: Iterator[str],
    names: tuple[str, ...],
) -> None:
    numbers = [next(callers) for _ in range(CALLS)]
    accounts.excused.update(numbers)
    waited_before = _lines(stack, "call.record_waits")
    with ExitStack() as full:
        for name in names:
            full.enter_context(disks[name].full())
        phones = asyncio.run(_ask_all(stack, numbers))
    for own in phones:
        greeting, answer = measure(own.audio.recording())
        assert greeting.answer is not None
        assert answer.answer is not None
        assert answer.voice_to_voice_ms is not None
        dead_air.heard(answer.voice_to_voice_ms, answer.longest_pause_ms)
        [one] = accounts.calls_of(own.caller)
        assert one.turns >= 2
    # Told when it begins, and not with every attempt.
    assert _lines(stack, "call.record_waits") - waited_before <= stack.settings.agent_processes
