import asyncio
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.asterisk_node import ARI_ACCOUNT
from tests.integration.ari.asterisk_server import AsteriskServer
from tests.integration.ari.listening import LIMIT_S, client_of, event_of, on
from tests.polling import asked_until
from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    ApplicationReplaced,
    CallBroadcast,
    CallClaimed,
    ChannelDestroyed,
    ChannelDtmfReceived,
    Resynced,
    StasisEnd,
    StasisStart,
)
from voicebot.ari.model import Bridge
from voicebot.ari.resources import Claim
from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.errors import AriRequestRefused


def new_id(kind: str) -> str:
    return f"{kind}-{uuid4()}"


async def dial(ari: AriClient, extension: str = "echo") -> ChannelId:
    """A channel that is in our application and up."""
    channel_id = ChannelId(new_id("channel"))
    await ari.channels.originate(f"Local/{extension}@far-end", app=ari.app, channel_id=channel_id)
    await event_of(ari, StasisStart, on(channel_id))
    return channel_id


async def bridge_of(ari: AriClient, bridge_id: BridgeId, members: set[ChannelId]) -> Bridge:
    async with asyncio.timeout(LIMIT_S):
        while True:
            bridge = await ari.bridges.get(bridge_id)
            if set(bridge.channel_ids) == members:
                return bridge
            await asyncio.sleep(0.01)


async def test_asterisk_says_who_it_is(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "asker") as ari:
        await ari.wait_connected(10)
        info = await ari.asterisk.get_info()
        assert info.system_name == "test"
        assert info.version.startswith("22.")
        await ari.asterisk.ping()
        assert "asker" in {application.name for application in await ari.applications.list()}
        assert (await ari.applications.get("asker")).channel_ids == ()


async def test_a_dialled_channel_starts_in_our_application_with_its_arguments(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(asterisk, "dialler") as ari:
        await event_of(ari, Resynced)
        # An id with everything in it that an address gives a meaning to.
        channel_id = ChannelId("odd/id with ?&%41;é")
        await ari.channels.originate(
            "Local/echo@far-end",
            app="dialler",
            app_args="one,two",
            channel_id=channel_id,
            caller_id='"Ann" <5550123>',
        )
        start = await event_of(ari, StasisStart, on(channel_id))
        assert start.args == ("one", "two")
        assert start.application == "dialler"
        channel = await ari.channels.get(channel_id)
        assert (channel.channel_id, channel.state) == (channel_id, "Up")
        assert channel_id in {each.channel_id for each in await ari.channels.list()}
        await ari.channels.hangup(channel_id, reason_code=21)
        assert (await event_of(ari, ChannelDestroyed, on(channel_id))).cause == 21


async def test_variables_keep_every_character(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "variables") as ari:
        await event_of(ari, Resynced)
        channel_id = ChannelId(new_id("channel"))
        await ari.channels.originate(
            "Local/echo@far-end", app=ari.app, channel_id=channel_id, variables={"GIVEN": "a,b=c"}
        )
        await event_of(ari, StasisStart, on(channel_id))
        assert await ari.channels.get_channel_var(channel_id, "GIVEN") == "a,b=c"
        await ari.channels.set_channel_var(channel_id, "LATER", "a b+c%20&d=é")
        assert await ari.channels.get_channel_var(channel_id, "LATER") == "a b+c%20&d=é"
        with pytest.raises(AriRequestRefused, match="404 Provided variable was not found"):
            await ari.channels.get_channel_var(channel_id, "NEVER")
        await ari.channels.hangup(channel_id)


async def test_one_of_two_agents_wins_an_offered_call(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "claimer-1") as one, client_of(asterisk, "claimer-2") as two:
        await event_of(one, Resynced)
        await event_of(two, Resynced)
        await one.channels.originate(
            "Local/broadcast@far-end", context="out-of-stasis", extension="s", caller_id="5550123"
        )
        offer = await event_of(one, CallBroadcast)
        assert (offer.caller, offer.called) == ("5550123", "broadcast")
        assert "CHANNEL(audionativeformat)" in offer.channel.variables
        call = offer.channel.channel_id
        await event_of(two, CallBroadcast, on(call))
        assert await one.events.claim_channel(call, application=one.app) is Claim.WON
        assert await two.events.claim_channel(call, application=two.app) is not Claim.WON
        assert (await event_of(one, StasisStart, on(call))).args == ("first", "second")
        assert (await event_of(two, CallClaimed, on(call))).winner == "claimer-1"
        await one.channels.hangup(call)
        absent = ChannelId("never-offered")
        assert await one.events.claim_channel(absent, application=one.app) is Claim.TOO_LATE


async def test_a_caller_and_our_media_socket_are_joined_and_parted(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(asterisk, "talker") as ari:
        await event_of(ari, Resynced)
        control = AriCallControl(ari)
        caller = await dial(ari)
        media, bridge = ChannelId(new_id("media")), BridgeId(new_id("bridge"))
        await control.answer(caller)
        connection_id = await control.open_media(CallId(caller), media, Encoding.ULAW)
        url = f"ws://127.0.0.1:{asterisk.port}/media/{connection_id}"
        async with connect(url, subprotocols=[Subprotocol("media")], proxy=None):
            start = await event_of(ari, StasisStart, on(media))
            assert start.args == ("media", caller)
            await control.join(bridge, caller, media)
            # Asterisk answers before the channels have found their way in.
            joined = await bridge_of(ari, bridge, {caller, media})
            assert joined.bridge_type == "mixing"
            assert bridge in {each.bridge_id for each in await ari.bridges.list()}
            await ari.bridges.remove_channel(bridge, (media,))
            await control.hang_up(media, 16)
            await event_of(ari, ChannelDestroyed, on(media))
        await control.destroy_bridge(bridge)
        await control.destroy_bridge(bridge)
        await control.hang_up(caller, 16)
        await event_of(ari, ChannelDestroyed, on(caller))
        await control.hang_up(caller, 16)


async def test_media_cannot_be_joined_before_its_socket_is_up(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "hasty") as ari:
        await event_of(ari, Resynced)
        control = AriCallControl(ari)
        caller = await dial(ari)
        media, bridge = ChannelId(new_id("media")), BridgeId(new_id("bridge"))
        await control.open_media(CallId(caller), media, Encoding.SLIN16)
        with pytest.raises(AriRequestRefused, match="422"):
            await control.join(bridge, caller, media)
        await control.destroy_bridge(bridge)
        await control.hang_up(media, 16)
        await control.hang_up(caller, 16)


async def test_a_channel_leaves_for_a_context_of_the_dialplan(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "leaver") as ari:
        await event_of(ari, Resynced)
        caller = await dial(ari)
        await AriCallControl(ari).leave(caller, "out-of-stasis")
        await event_of(ari, StasisEnd, on(caller))

        async def is_there() -> bool:
            place = (await ari.channels.get(caller)).dialplan
            return (place.context, place.exten) == ("out-of-stasis", "s")

        # Stasis tells that it ends before the dialplan goes on.
        await asked_until(is_there, "it is out of Stasis")
        await ari.channels.hangup(caller)


async def test_a_channel_moves_to_another_application(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "mover-1") as one, client_of(asterisk, "mover-2") as two:
        await event_of(one, Resynced)
        await event_of(two, Resynced)
        caller = await dial(one)
        await two.channels.move(caller, app=two.app, app_args="taken over")
        assert (await event_of(two, StasisStart, on(caller))).args == ("taken over",)
        await event_of(one, StasisEnd, on(caller))
        await two.channels.hangup(caller)


async def test_a_pressed_key_is_heard(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "keys") as ari:
        await event_of(ari, Resynced)
        caller = await dial(ari, "keys")
        assert (await event_of(ari, ChannelDtmfReceived, on(caller))).digit == "7"
        await ari.channels.hangup(caller)


async def test_a_channel_is_overheard(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "listener") as ari:
        await event_of(ari, Resynced)
        caller = await dial(ari)
        snoop = await ari.channels.snoop_channel(
            caller, app=ari.app, spy="in", snoop_id=ChannelId(new_id("snoop"))
        )
        await event_of(ari, StasisStart, on(snoop.channel_id))
        await ari.channels.hangup(snoop.channel_id)
        await ari.channels.hangup(caller)


async def test_ringing_can_be_asked_for_and_a_bridge_created_without_an_id(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(asterisk, "ringer") as ari:
        await event_of(ari, Resynced)
        caller = await dial(ari)
        await ari.channels.ring(caller)
        await ari.channels.ring_stop(caller)
        bridge = await ari.bridges.create(bridge_type="holding", name="hall")
        assert (bridge.bridge_type, bridge.name) == ("holding", "hall")
        await ari.bridges.destroy(bridge.bridge_id)
        await ari.channels.hangup(caller)


async def test_requests_go_out_at_the_same_time_and_each_gets_its_own_answer(
    asterisk: AsteriskServer,
) -> None:
    async with client_of(asterisk, "many") as ari:
        await event_of(ari, Resynced)
        caller = await dial(ari)
        numbers = [str(number) for number in range(50)]
        for number in numbers:
            await ari.channels.set_channel_var(caller, f"V{number}", number)
        async with asyncio.TaskGroup() as tasks:
            answers = [
                tasks.create_task(ari.channels.get_channel_var(caller, f"V{number}"))
                for number in numbers
            ]
        assert [answer.result() for answer in answers] == numbers
        await ari.channels.hangup(caller)


async def test_another_socket_of_the_same_name_takes_over(asterisk: AsteriskServer) -> None:
    async with client_of(asterisk, "twin") as first:
        await event_of(first, Resynced)
        async with client_of(asterisk, "twin") as second:
            await event_of(second, Resynced)
            await event_of(first, ApplicationReplaced)
            await first.asterisk.ping()


async def test_a_wrong_password_is_refused(asterisk: AsteriskServer) -> None:
    with pytest.raises(AriRequestRefused, match="401"):
        async with AriClient(asterisk.url, ARI_ACCOUNT[0], "wrong", app="intruder") as ari:
            await ari.next_event()
