"""`voicebot down` under a conversation: what becomes of the caller, and of the call's record."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.call_services import Outside
from tests.polling import tasks_until, until
from tests.stack_fixture import free_ports, stack_for_tests
from tests.telephony.fallback.sipp import tone
from tests.telephony.scripted.agent import ScriptedAgent, scripted_agent
from tests.telephony.transfers.phones import calling, playing
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallRecord, HandledBy
from voicebot.dialogue.conversation_state import Phase
from voicebot.settings import PROJECT_DIR
from voicebot.stack import asterisk_console
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

NUMBER, CALLER, LATE_CALLER = "1000", "+4930123456", "+4930123457"
STAYS = "uac-stays-until-told-expect-bye-or-200"
LIMIT_S = 40.0


@pytest.fixture
def stack(state_dir: Path) -> Iterator[Stack]:
    """A node and who keeps its records; the agent is the test's."""
    with stack_for_tests(state_dir, "asterisk", "records") as running:
        yield running


async def down(stack: Stack, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "down", *options),
        cwd=PROJECT_DIR,
        env={**os.environ, **environment_of(stack.settings), "COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def phase_is(agent: ScriptedAgent, phase: Phase) -> None:
    def is_there() -> bool:
        # Before the greeting it listens, too; what is said over that is heard piece by piece.
        states = [each.conversation for each in agent.contexts]
        return [state.phase for state in states if state.records] == [phase]

    await tasks_until(is_there, f"the conversation is {phase.value}", LIMIT_S)


async def records_of(stack: Stack) -> list[CallRecord]:
    database = Database.open(stack.settings.resolved_database_url)
    try:
        return list(await SqlCallRecords(database).latest(10))
    finally:
        await database.close()


def refused_with_503(stack: Stack, work_dir: Path) -> None:
    """Another caller, once the node is being emptied."""

    def is_being_emptied() -> bool:
        return "VOICEBOT_DRAINING=1" in asterisk_console.ask(stack.paths, "dialplan show globals")

    until(is_being_emptied, "the node is being emptied", LIMIT_S)
    with calling(stack, NUMBER, LATE_CALLER, work_dir / "late") as late:
        assert not late.is_as_expected()
        assert "SIP/2.0 503" in late.log


async def test_a_conversation_ends_by_itself_and_nobody_new_comes_in(
    stack: Stack, tmp_path: Path
) -> None:
    outside = Outside()
    outside.recognizer.script.append("How long does a repair take?")
    [port] = free_ports(1, socket.SOCK_DGRAM)
    database = Database.open(stack.settings.resolved_database_url)
    arguments = ("-s", NUMBER, "-key", "caller", CALLER)
    async with scripted_agent(stack.settings, outside, SqlCallRecords(database)) as agent:
        with playing(stack, STAYS, tmp_path / "one", port, 0, *arguments) as phone:
            await phase_is(agent, Phase.LISTENING)
            stopping = await down(stack, "--graceful", "--deadline", str(LIMIT_S))
            await asyncio.to_thread(refused_with_503, stack, tmp_path)
            # The conversation goes on meanwhile.
            phone.headset.say(tone() + Encoding.ULAW.silence_frame * 50)
            since_s = time.monotonic()
            await tasks_until(
                lambda: phone.headset.hears_sound(since_s), "the caller has an answer", LIMIT_S
            )
            await phase_is(agent, Phase.LISTENING)
            has_stopped = stopping.returncode is not None
            assert not has_stopped
            phone.hang_up()
            await tasks_until(lambda: phone.process.poll() is not None, "it is over", LIMIT_S)
            assert phone.process.returncode == 0, phone.log
        said, _ = await asyncio.wait_for(stopping.communicate(), LIMIT_S)
    await database.close()
    assert stopping.returncode == 0, said
    assert b"no call is up" in said
    record = next(one for one in await records_of(stack) if one.facts.caller_number == CALLER)
    assert record.handled_by is HandledBy.AGENT
    assert [turn.heard for turn in record.turns] == ["", "How long does a repair take?"]
    assert record.ended_at is not None
    assert len(await records_of(stack)) == 2, "one for each of the two callers"


async def test_a_caller_who_is_cut_off_is_on_record_once(stack: Stack, tmp_path: Path) -> None:
    outside = Outside()
    [port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", NUMBER, "-key", "caller", CALLER)
    # This agent is killed with the node, as it were: its record never comes.
    async with scripted_agent(stack.settings, outside) as agent:
        with playing(stack, STAYS, tmp_path / "one", port, 0, *arguments) as phone:
            await phase_is(agent, Phase.LISTENING)
            stopping = await down(stack)
            said, _ = await asyncio.wait_for(stopping.communicate(), LIMIT_S)
            assert stopping.returncode == 0, said
            await tasks_until(lambda: phone.process.poll() is not None, "it is over", LIMIT_S)
    [record] = await records_of(stack)
    assert record.facts.caller_number == CALLER
    assert record.handled_by is HandledBy.AGENT
    assert record.ended_at is not None
