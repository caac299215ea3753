"""One agent process on one Asterisk: hears of calls, races for them, drives those it won.

Events are taken one by one and never waited on: a slow call must not hold up the
others, and Asterisk writes broadcasts on the offered call's own thread.
"""

import asyncio
import random
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

from voicebot.agents.call_agent import FALLBACK_CONTEXT, CallAgent
from voicebot.agents.claiming import Peers
from voicebot.agents.connecting import BRIDGE_PREFIX, MEDIA_PREFIX
from voicebot.agents.services import CallServices
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    CallBroadcast,
    CallClaimed,
    ChannelDestroyed,
    ChannelHangupRequest,
    Resynced,
    StasisEnd,
    StasisStart,
)
from voicebot.ari.model import Channel
from voicebot.ari.resources import Claim
from voicebot.calls import events as on
from voicebot.calls.model import BridgeId, CallFacts, CallId, ChannelId
from voicebot.calls.routing import claim_delay_ms
from voicebot.dialogue.conversation import NORMAL_CLEARING
from voicebot.errors import AsteriskError
from voicebot.telemetry.logs import log_of

# As asterisk/etc and dialplans name them.
CODEC_VARIABLE = "VOICEBOT_CODEC"
MEDIA_ARGUMENT = "media"
AGENT_STOPPED = "agent-stopped"
# How long running calls may take to be handed over when the process stops.
STOP_DEADLINE_S = 5.0

log = log_of(__name__)


class StasisApp:
    """`run` until cancelled, or until `stop` and the last call's end."""

    def __init__(
        self, ari: AriClient, services: CallServices, peers: Peers, *, max_calls: int
    ) -> None:
        self._ari = ari
        self._services = services
        self._peers = peers
        self._max_calls = max_calls
        self._calls: dict[ChannelId, CallAgent] = {}
        self._hangup_causes: dict[ChannelId, int] = {}
        self._races: dict[ChannelId, asyncio.Task[None]] = {}
        # Claims under way; while stopping also those that were won, until their call is here.
        self._claimed: set[ChannelId] = set()
        self._is_stopping = False
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @property
    def calls(self) -> int:
        """Calls driven or just claimed."""
        return len(self._calls) + len(self._claimed)

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped` is set; then every running call is handed to the dialplan."""
        async with asyncio.TaskGroup() as tasks:
            peers = tasks.create_task(self._peers.run(lambda: self.calls))
            events = tasks.create_task(self._follow_events(tasks))
            await stopped.wait()
            self._is_stopping = True
            for call in self._calls.values():
                call.post(on.GivenUp(AGENT_STOPPED))
            try:
                async with asyncio.timeout(STOP_DEADLINE_S):
                    await self._is_idle.wait()
            except TimeoutError:
                log.error("agent.calls_left_behind", calls=self.calls)
                # They were sent on, and nobody says so: their records must not wait.
                for call in self._calls.values():
                    call.post(on.LeftStasis())
            peers.cancel()
            events.cancel()

    async def _follow_events(self, tasks: asyncio.TaskGroup) -> None:
        async for event in self._ari.events():
            match event:
                case CallBroadcast(channel=channel):
                    race = tasks.create_task(self._race(channel))
                    self._races[channel.channel_id] = race
                    race.add_done_callback(partial(self._forget_race, channel.channel_id))
                case CallClaimed(channel=channel, winner=winner) if winner != self._ari.app:
                    if channel.channel_id in self._races:
                        self._races[channel.channel_id].cancel()
                case StasisStart(channel=channel, args=(first, call_id)) if first == MEDIA_ARGUMENT:
                    self._media_started(channel, CallId(call_id))
                case StasisStart(channel=channel) if channel.channel_id in self._calls:
                    pass  # told twice
                case StasisStart(channel=channel, args=args):
                    # Known at once: its end may be the very next event.
                    call = self._register(channel, args[0] if args else "")
                    tasks.create_task(self._drive(channel.channel_id, call))
                case ChannelHangupRequest(channel=channel, cause=cause) if cause:
                    if channel.channel_id in self._calls:
                        self._hangup_causes[channel.channel_id] = cause
                case ChannelDestroyed(channel=channel, cause=cause):
                    self._gone(channel.channel_id, cause)
                case StasisEnd(channel=channel):
                    self._left(channel.channel_id)
                case Resynced(channels=channels):
                    # Compared now: a call that begins later is not in this snapshot.
                    present = {channel.channel_id: channel for channel in channels}
                    for channel_id, call in self._calls.items():
                        if channel_id not in present:
                            call.post(on.HungUp(NORMAL_CLEARING))
                    tasks.create_task(self._free_orphans(present, frozenset(self._calls)))
                case _:
                    pass

    async def _race(self, channel: Channel) -> None:
        delay_ms = claim_delay_ms(self.calls, self._max_calls, self._peers.loads, random.random())
        if delay_ms is None:
            return
        await asyncio.sleep(delay_ms / 1000)
        if self._is_stopping:
            return
        self._claimed.add(channel.channel_id)
        self._note_idle()
        try:
            claim = await self._ari.events.claim_channel(
                channel.channel_id, application=self._ari.app
            )
        except AsteriskError as error:
            log.error("call.claim_failed", call_id=channel.channel_id, code=error.code)
            claim = None
        if claim is not Claim.WON or not self._is_stopping:
            self._claimed.discard(channel.channel_id)
            self._note_idle()
        if claim is not None:
            log.info("call.raced", call_id=channel.channel_id, claim=claim.name, delay_ms=delay_ms)

    def _forget_race(self, channel_id: ChannelId, _race: asyncio.Task[None]) -> None:
        self._races.pop(channel_id, None)

    def _register(self, channel: Channel, did: str) -> CallAgent:
        facts = CallFacts(
            call_id=CallId(channel.channel_id),
            channel_id=channel.channel_id,
            caller_number=channel.caller.number,
            called_number=did,
            codec=channel.variables.get(CODEC_VARIABLE, ""),
        )
        call = self._calls[channel.channel_id] = CallAgent(self._services, facts, self._ari.app)
        self._claimed.discard(channel.channel_id)
        self._note_idle()
        if self._is_stopping:
            call.post(on.GivenUp(AGENT_STOPPED))
        log.info("call.started", call_id=facts.call_id, private_caller=facts.caller_number)
        return call

    async def _drive(self, channel_id: ChannelId, call: CallAgent) -> None:
        try:
            await call.run()
        except Exception:
            # A bug that the call did not survive must not cost the others theirs.
            log.exception("call.lost", call_id=channel_id)
            await self._free(channel_id)
        finally:
            del self._calls[channel_id]
            self._hangup_causes.pop(channel_id, None)
            self._note_idle()
            log.info("call.ended", call_id=channel_id)

    def _note_idle(self) -> None:
        if self.calls:
            self._is_idle.clear()
        else:
            self._is_idle.set()

    def _media_started(self, channel: Channel, call_id: CallId) -> None:
        call = self._calls.get(ChannelId(call_id))
        if call is not None:
            call.media_entered_stasis()

    def _gone(self, channel_id: ChannelId, cause: int) -> None:
        call = self._calls.get(channel_id)
        if call is not None:
            call.post(on.HungUp(cause))

    def _left(self, channel_id: ChannelId) -> None:
        call = self._calls.get(channel_id)
        if call is not None:
            call.left_stasis(self._hangup_causes.get(channel_id))

    async def _free_orphans(
        self, present: Mapping[ChannelId, Channel], driven: frozenset[ChannelId]
    ) -> None:
        """Channels that a process of our name left behind go to the dialplan: nobody is to sit
        in dead air. Their media channels are of no more use."""
        try:
            own = await self._ari.applications.get(self._ari.app)
        except AsteriskError as error:
            log.error("agent.orphans_unknown", code=error.code)
            return
        for channel_id in own.channel_ids:
            channel = present.get(channel_id)
            caller_id = ChannelId(channel_id.removeprefix(MEDIA_PREFIX))
            if channel is None or caller_id in driven or caller_id in self._calls:
                continue
            log.warning("call.orphan_found", call_id=caller_id)
            await self._free(channel_id)

    async def _free(self, channel_id: ChannelId) -> None:
        """A caller goes to the dialplan, a media channel is hung up, and their bridge destroyed."""
        control = self._services.control
        caller_id = ChannelId(channel_id.removeprefix(MEDIA_PREFIX))
        bridge_id = BridgeId(f"{BRIDGE_PREFIX}{caller_id}")
        await self._attempt(caller_id, control.destroy_bridge(bridge_id))
        if channel_id == caller_id:
            await self._attempt(caller_id, control.leave(channel_id, FALLBACK_CONTEXT))
        else:
            await self._attempt(caller_id, control.hang_up(channel_id, NORMAL_CLEARING))

    async def _attempt(self, call_id: str, request: Coroutine[Any, Any, None]) -> None:
        try:
            await request
        except AsteriskError as error:
            # What is left undone for one must not keep the rest from being done.
            log.warning("call.not_freed", call_id=call_id, code=error.code)
