"""Twenty callers in the same second, and one who calls twice at once, served by the real agents."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from tests.telephony.accounting import Accounts
from tests.telephony.bad_input.observer import Observer, observing
from tests.telephony.bad_input.phone import CALLER, Phone, phone
from voicebot.caller.sound import sounds
from voicebot.calls.model import HandledBy, Outcome
from voicebot.stack.stack import Stack

CALLERS = 20
GREETING_LIMIT_S = 60.0


@pytest.fixture(scope="module")
def greeted(stack: Stack, accounts: Accounts, callers: Iterator[str]) -> Sequence[Phone]:
    """All of them are on the line at once; the last two are of one caller."""
    numbers = [next(callers) for _ in range(CALLERS + 1)]
    return asyncio.run(_at_once(stack, [*numbers, numbers[-1]]))


async def _at_once(stack: Stack, callers: Sequence[str]) -> Sequence[Phone]:
    async with observing(stack.settings) as seen, asyncio.TaskGroup() as calls:
        placed = [
            calls.create_task(
                _hear_the_greeting(stack, seen, caller, callers[: at + 1].count(caller))
            )
            for at, caller in enumerate(callers)
        ]
    return [call.result() for call in placed]


async def _hear_the_greeting(stack: Stack, seen: Observer, caller: str, number: int) -> Phone:
    """Hangs up once it is over; `number`: which of this caller's calls it is."""
    async with phone(stack.settings.sip_port, "1000", caller) as own:
        own.dial()
        async with asyncio.timeout(GREETING_LIMIT_S):
            await own.answered.wait()
            await seen.sees(caller, "turn.over", number)
        own.hang_up()
        await own.is_over()
    return own


def test_twenty_callers_in_the_same_second_are_all_greeted(
    stack: Stack, accounts: Accounts, greeted: Sequence[Phone]
) -> None:
    agents = set()
    for own in greeted[:CALLERS]:
        assert own.hung_up_by == CALLER
        assert sounds(own.audio.recording().heard), "nobody spoke"
        [one] = accounts.calls_of(own.caller)
        assert (one.record.handled_by, one.turns) == (HandledBy.AGENT, 1)
        agents.add(one.record.agent)
    assert len(agents) == stack.settings.agent_processes


def test_a_caller_who_calls_twice_at_once_has_two_calls(
    accounts: Accounts, greeted: Sequence[Phone]
) -> None:
    twice = greeted[CALLERS:]
    assert all(sounds(own.audio.recording().heard) for own in twice)
    [caller] = {own.caller for own in twice}
    for one in accounts.calls_of(caller, count=len(twice)):
        assert (one.record.outcome, one.record.handled_by) == (Outcome.ABANDONED, HandledBy.AGENT)
        assert one.turns == 1
