"""What a guardian asks of Asterisk, and when."""

import asyncio
from contextlib import suppress

import pytest

from tests.fakes.guarded_asterisk import FakeChannel, GuardedAri, World
from tests.fakes.virtual_time import passes, settle
from voicebot.ari.decode import ApplicationReplaced, ChannelUserevent
from voicebot.calls.heartbeat import BEAT_EVERY_S, GUARDIAN_APP, HEARTBEAT_EVENT
from voicebot.calls.undriven import PATIENCE_S
from voicebot.guardian.guardian import LOOK_EVERY_S, SWEEP_EVERY_LOOKS, Guardian

ENOUGH_S = PATIENCE_S + 4 * LOOK_EVERY_S
MEDIA = FakeChannel("WebSocket/INCOMING/0x1", "Stasis", "voicebot-a-1")
CALL_FREED = [
    "continue c1 voicebot-fallback",
    "destroy bridge-c1",
    "hangup media-c1",
]


class Guarding:
    """A guardian at work until the block is left."""

    def __init__(self) -> None:
        self.world = World(held={"c1": FakeChannel(), "media-c1": MEDIA})
        self.ari = GuardedAri(self.world)
        self.guardian = Guardian(self.ari, lambda: asyncio.get_running_loop().time())

    async def __aenter__(self) -> "Guarding":
        self.run = asyncio.create_task(self.guardian.run())
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.run.cancel()
        with suppress(asyncio.CancelledError):
            await self.run

    async def drives(self, for_s: float, *channel_ids: str) -> None:
        for _ in range(round(for_s / BEAT_EVERY_S)):
            self.ari.beats(*channel_ids)
            await passes(BEAT_EVERY_S)


async def test_driven_calls_are_left_alone() -> None:
    async with Guarding() as at:
        await at.drives(60, "c1")
        assert at.world.done == []


async def test_a_call_that_nobody_drives_is_freed_with_all_its_parts() -> None:
    async with Guarding() as at:
        await at.drives(10, "c1")
        await passes(ENOUGH_S)
        assert sorted(set(at.world.done)) == CALL_FREED
        # The caller's ear comes first.
        assert at.world.done[0] == CALL_FREED[0]


async def test_an_operator_who_is_briefed_goes_on_where_the_dialplan_stood() -> None:
    async with Guarding() as at:
        at.world.held = {"o1": FakeChannel("PJSIP/anna-1", "Stasis", "voicebot-a-1,brief,c1")}
        await passes(ENOUGH_S)
        assert at.world.done == ["continue o1", "destroy bridge-o1"]


async def test_channels_in_the_dialplan_are_left_alone() -> None:
    async with Guarding() as at:
        at.world.held = {"c1": FakeChannel(application="Queue", application_data="sales")}
        await passes(60)
        assert at.world.done == []


async def test_a_channel_that_is_gone_is_nobodys_business() -> None:
    async with Guarding() as at:
        at.world.refuses = dict.fromkeys(CALL_FREED, 404)
        await passes(ENOUGH_S)
        at.world.held.clear()
        await passes(10)
        assert at.world.done == []


async def test_what_asterisk_refuses_is_tried_again() -> None:
    async with Guarding() as at:
        at.world.refuses = {CALL_FREED[0]: 500}
        await passes(ENOUGH_S)
        assert CALL_FREED[2] in at.world.done
        at.world.refuses = {}
        await passes(2 * LOOK_EVERY_S)
        assert CALL_FREED[0] in at.world.done


async def test_no_judgement_while_asterisk_lags_behind_with_events() -> None:
    async with Guarding() as at:
        at.world.keeps_events = True
        await passes(60)
        assert at.world.done == []
        at.world.keeps_events = False
        await at.drives(60, "c1")
        assert at.world.done == []


async def test_after_a_new_connection_everybody_has_the_full_patience() -> None:
    async with Guarding() as at:
        await passes(PATIENCE_S - LOOK_EVERY_S)
        at.ari.resyncs()
        await passes(PATIENCE_S - LOOK_EVERY_S)
        assert at.world.done == []
        await passes(ENOUGH_S)
        assert sorted(set(at.world.done)) == CALL_FREED


async def test_an_asterisk_that_is_away_is_told_once_and_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with Guarding() as at:
        await at.drives(10, "c1")
        at.world.is_away = True
        await passes(60)
        at.world.is_away = False
        await at.drives(10, "c1")
        assert at.world.done == []
    output = capsys.readouterr().out
    assert output.count("guardian.blind") == 1
    assert output.count("guardian.watches") == 2


async def test_empty_bridges_of_nobody_are_swept() -> None:
    async with Guarding() as at:
        at.world.bridges = {"bridge-lost": [], "bridge-c1": [], "bridge-used": ["x"], "own": []}
        await at.drives(3 * SWEEP_EVERY_LOOKS * LOOK_EVERY_S, "c1")
        assert at.world.done == ["destroy bridge-lost"]


async def test_a_guardian_that_another_one_replaces_ends() -> None:
    async with Guarding() as at:
        at.ari.tells(ApplicationReplaced(GUARDIAN_APP))
        await asyncio.wait_for(at.run, 1)
        await passes(60)
        assert at.world.done == []


async def test_a_heartbeat_that_cannot_be_read_is_passed_over() -> None:
    async with Guarding() as at:
        at.ari.tells(ChannelUserevent(GUARDIAN_APP, HEARTBEAT_EVENT, {"agent": "a"}))
        await at.drives(10, "c1")
        assert at.world.done == []
