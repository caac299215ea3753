"""What the client makes of an Asterisk that dies, hangs or comes back."""

import asyncio

import pytest

from tests.integration.ari.asterisk_server import AsteriskServer
from tests.integration.ari.listening import LIMIT_S, client_of, event_of, on
from tests.polling import tasks_until
from voicebot.ari.decode import ChannelDestroyed, Resynced, ResyncReason, StasisStart
from voicebot.calls.model import ChannelId
from voicebot.errors import AriDisconnected, AriRequestTimeout


async def test_an_asterisk_that_died_is_found_again_with_nothing_left(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(asterisk, "survivor") as ari:
        assert (await event_of(ari, Resynced)).reason is ResyncReason.CONNECTED
        await ari.channels.originate("Local/echo@far-end", app=ari.app)
        asterisk.kill()
        await tasks_until(lambda: not ari.is_connected, "the outage is noticed", LIMIT_S)
        with pytest.raises(AriDisconnected):
            await ari.asterisk.ping()
        asterisk.launch()
        await asyncio.to_thread(asterisk.wait_until_ready)
        resynced = await event_of(ari, Resynced)
        assert resynced.reason is ResyncReason.RECONNECTED
        assert resynced.channels == ()
        await ari.asterisk.ping()


async def test_a_frozen_asterisk_is_noticed_by_its_missing_pongs_and_its_calls_are_found_again(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(
        asterisk, "patient", request_deadline_s=0.2, ping_interval_s=0.5, pong_deadline_s=0.5
    ) as ari:
        await event_of(ari, Resynced)
        caller = ChannelId("patient-caller")
        await ari.channels.originate("Local/echo@far-end", app=ari.app, channel_id=caller)
        await event_of(ari, StasisStart, on(caller))
        asterisk.freeze()
        try:
            with pytest.raises(AriRequestTimeout):
                await ari.asterisk.ping()
            await tasks_until(lambda: not ari.is_connected, "the outage is noticed", LIMIT_S)
        finally:
            asterisk.thaw()
        resynced = await event_of(ari, Resynced)
        assert resynced.reason is ResyncReason.RECONNECTED
        assert caller in {channel.channel_id for channel in resynced.channels}
        # The application is ours again: what happens to the call is told.
        await ari.channels.hangup(caller)
        await event_of(ari, ChannelDestroyed, on(caller))


async def test_an_asterisk_full_of_calls_is_listed_whole(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "crowd") as ari:
        await event_of(ari, Resynced)
        dialled = [ChannelId(f"crowd-{number}") for number in range(60)]
        for channel_id in dialled:
            await ari.channels.originate("Local/echo@far-end", app=ari.app, channel_id=channel_id)
        # Beyond 65,535 bytes, where the length of a WebSocket frame takes another form.
        assert {each.channel_id for each in await ari.channels.list()} >= set(dialled)
        for channel_id in dialled:
            await ari.channels.hangup(channel_id)
