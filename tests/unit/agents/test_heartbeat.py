"""How an agent process keeps saying what it drives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.fakes.ari_events import OWN, FakeAri
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.heartbeat import Heartbeat
from voicebot.ari import requests
from voicebot.calls.heartbeat import BEAT_EVERY_S, Beat
from voicebot.calls.model import ChannelId


@asynccontextmanager
async def beating(ari: FakeAri, calls: list[ChannelId]) -> AsyncIterator[None]:
    run = asyncio.create_task(Heartbeat(ari, OWN, lambda: calls).run())
    await settle()
    yield
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run


def beats(ari: FakeAri) -> list[Beat]:
    sent = [one for one in ari.socket.sent if one.operation is requests.EVENTS_USER_EVENT]
    return [Beat.from_variables(one.variables or {}) for one in sent]


async def test_it_says_at_each_beat_what_is_driven_then() -> None:
    ari, calls = FakeAri(), [ChannelId("c1")]
    async with beating(ari, calls):
        calls.append(ChannelId("c2"))
        await passes(BEAT_EVERY_S)
        calls.clear()
        await passes(BEAT_EVERY_S)
    assert [sorted(beat.channel_ids) for beat in beats(ari)] == [["c1"], ["c1", "c2"], []]


async def test_a_slow_answer_does_not_delay_the_next_beat() -> None:
    ari = FakeAri()
    ari.holds("events.userEvent")
    async with beating(ari, []):
        await passes(4 * BEAT_EVERY_S)
        assert len(beats(ari)) == 5


async def test_without_a_guardian_it_goes_on_and_says_so_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ari = FakeAri()
    ari.socket.answers["events.userEvent"] = (404, None)
    async with beating(ari, []):
        await passes(10 * BEAT_EVERY_S)
        del ari.socket.answers["events.userEvent"]
        await passes(2 * BEAT_EVERY_S)
    output = capsys.readouterr().out
    assert output.count("agent.heartbeat_not_heard") == 1
    assert output.count("agent.heartbeat_heard_again") == 1
