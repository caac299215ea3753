"""How a real node is emptied: nobody new comes in, whoever talks goes on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tests.integration.ami.rtp_far_end import Faults
from tests.integration.ami.sip_caller import STAYS_A_WHILE, answered_port, call, sipp
from tests.integration.ami.watched_node import ECHO, WatchedNode
from tests.polling import tasks_until
from voicebot.ami import actions
from voicebot.ami.connection import connected

LIMIT_S = 30.0


async def call_is_answered(work_dir: Path) -> None:
    """A call is up before that, but while it is being offered it can still be refused."""
    messages = work_dir / "messages.log"
    await tasks_until(lambda: bool(answered_port(messages)), "the call is answered", LIMIT_S)


async def test_while_a_node_is_emptied_a_new_call_gets_503_and_a_running_one_lasts(
    node: WatchedNode, tmp_path: Path
) -> None:
    progress: list[int] = []
    async with connected(node.ami) as ami, asyncio.TaskGroup() as tasks:
        port = node.settings.sip_port
        talking = tasks.create_task(
            asyncio.to_thread(call, port, ECHO, 3.0, tmp_path, Faults()), name="talking"
        )
        await call_is_answered(tmp_path)
        emptying = tasks.create_task(actions.drain(ami, LIMIT_S, progress.append))
        await tasks_until(lambda: bool(progress), "the node is being emptied")
        assert await asyncio.to_thread(_answer_to_a_caller, node, tmp_path / "refused") == 503
        assert not talking.done()
        assert await emptying == 0
        await actions.accept_calls(ami)
    assert _without_repetition(progress) == [1, 0]
    await asyncio.to_thread(call, port, ECHO, 0.1, _new(tmp_path / "later"), Faults())


async def test_what_lasts_longer_than_the_deadline_is_told(
    node: WatchedNode, tmp_path: Path
) -> None:
    async with connected(node.ami) as ami, asyncio.TaskGroup() as tasks:
        port = node.settings.sip_port
        tasks.create_task(asyncio.to_thread(call, port, ECHO, 2.0, tmp_path, Faults()))
        await call_is_answered(tmp_path)
        assert await actions.drain(ami, 0.1, lambda left: None) == 1
        await actions.accept_calls(ami)


def _answer_to_a_caller(node: WatchedNode, work_dir: Path) -> int:
    """The status that ends a caller's INVITE."""
    messages = _new(work_dir) / "messages.log"
    with sipp(
        STAYS_A_WHILE,
        f"127.0.0.1:{node.settings.sip_port}",
        *("-m", "1", "-s", ECHO, "-key", "caller", "+4930999", "-key", "audio_port", "9"),
        messages=messages,
    ) as process:
        process.wait(LIMIT_S)
    lines = messages.read_text().splitlines()
    return max(int(line.split()[1]) for line in lines if line.startswith("SIP/2.0 "))


def _new(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _without_repetition(values: Sequence[int]) -> list[int]:
    return [each for index, each in enumerate(values) if index == 0 or values[index - 1] != each]
