"""Frees the channels that no agent drives any more: callers hear the dialplan instead of silence.

Needs Asterisk and nothing else. Looks often, asks little: one list of the agents' applications;
only of channels that no heartbeat has named lately does it ask where they are. Before it judges
it sends a user event to itself: events keep their order, so once that is heard, every heartbeat
that Asterisk had taken by then has been heard too, however far Asterisk lags behind.
"""

import asyncio
import itertools
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

from voicebot.ari.client import AriClient
from voicebot.ari.decode import ApplicationReplaced, ChannelUserevent, Resynced
from voicebot.calls.asterisk_names import (
    AGENT_APP_PREFIX,
    BRIDGE_PREFIX,
    FALLBACK_CONTEXT,
    announcements_of,
    bridge_of,
    owner_of,
)
from voicebot.calls.heartbeat import HEARTBEAT_EVENT, Beat
from voicebot.calls.model import ChannelId
from voicebot.calls.undriven import Free, Place, Remedy, Watch, place_of
from voicebot.errors import AriRequestRefused, AriRequestTimeout, AsteriskError
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.node_metrics import NODE

LOOK_EVERY_S = 0.25
# Of bridges whose caller hung up as its agent died; nobody hears them.
SWEEP_EVERY_LOOKS = 20
ECHO_EVENT = "echo"
ECHO_DEADLINE_S = 2.0
NORMAL_CLEARING = 16
# 404: hung up meanwhile. 409, 422: left Stasis meanwhile.
GONE = frozenset({404, 409, 422})

log = log_of(__name__)


class Guardian:
    """`run` until cancelled, or until another guardian has taken its application over."""

    def __init__(self, ari: AriClient, now: Callable[[], float]) -> None:
        self._ari = ari
        self._now = now
        self._watch = Watch(now())
        self._echoes = itertools.count(1)
        self._awaited = ""
        self._echo_heard = asyncio.Event()
        self._looks = 0
        self._is_blind = True

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._keep_looking(), name="guardian-looks")
            await self._listen()
            looking.cancel()

    async def _listen(self) -> None:
        async for event in self._ari.events():
            match event:
                case ChannelUserevent(event_name=name, values=values) if name == HEARTBEAT_EVENT:
                    self._receive(values)
                case ChannelUserevent(event_name=name, values=values) if name == ECHO_EVENT:
                    if values.get("number") == self._awaited:
                        self._echo_heard.set()
                case Resynced():
                    self._watch = Watch(self._now())
                case ApplicationReplaced():
                    return  # deaf from now on: heartbeats go to the other one
                case _:
                    pass

    def _receive(self, values: Mapping[str, str]) -> None:
        try:
            beat = Beat.from_variables(values)
        except KeyError:
            log.error("guardian.heartbeat_malformed")
            return
        self._watch.receive(beat, self._now())

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self._look()
                NODE.sees(is_seeing=True)
                if self._is_blind:
                    log.info("guardian.watches")
                self._is_blind = False
            except AsteriskError as error:
                # Not connected, or Asterisk stands still. Said once; the next look is soon.
                NODE.sees(is_seeing=False)
                if not self._is_blind:
                    log.warning("guardian.blind", code=error.code)
                self._is_blind = True
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        self._looks += 1
        watch = self._watch
        held = {
            channel_id
            for application in await self._ari.applications.list()
            if application.name.startswith(AGENT_APP_PREFIX)
            for channel_id in application.channel_ids
        }
        places = await self._places(watch.questionable(held, self._now()))
        if places:
            await self._hear_all_that_was_said()
        if watch is not self._watch:
            return  # the connection broke meanwhile: what was seen is stale
        found = {channel_id: place for channel_id, place in places.items() if place is not None}
        to_free = watch.look(held - (places.keys() - found.keys()), found, self._now())
        await self._do_all([self._free(free) for free in to_free])
        if self._looks % SWEEP_EVERY_LOOKS == 0:
            await self._sweep(watch)

    async def _places(self, channel_ids: Collection[ChannelId]) -> Mapping[ChannelId, Place | None]:
        """None: it is gone."""
        places = await asyncio.gather(*map(self._place, channel_ids))
        return dict(zip(channel_ids, places, strict=True))

    async def _place(self, channel_id: ChannelId) -> Place | None:
        try:
            channel = await self._ari.channels.get(channel_id)
        except AriRequestRefused as error:
            if error.status not in GONE:
                raise
            return None
        dialplan = channel.dialplan
        return place_of(channel.name, dialplan.application, dialplan.application_data)

    async def _hear_all_that_was_said(self) -> None:
        self._awaited = str(next(self._echoes))
        self._echo_heard.clear()
        await self._ari.events.user_event(
            ECHO_EVENT, application=self._ari.app, variables={"number": self._awaited}
        )
        try:
            async with asyncio.timeout(ECHO_DEADLINE_S):
                await self._echo_heard.wait()
        except TimeoutError as error:
            raise AriRequestTimeout("an event to myself", round(ECHO_DEADLINE_S * 1000)) from error

    async def _free(self, free: Free) -> None:
        owner = owner_of(free.channel_id)
        NODE.freed(free.remedy.value)
        log.warning(
            "guardian.channel_freed",
            call_id=owner,
            channel_id=free.channel_id,
            remedy=free.remedy.value,
            undriven_ms=round(free.undriven_s * 1000),
        )
        channels = self._ari.channels
        match free.remedy:
            case Remedy.FALLBACK:
                # First of all the caller's ear.
                await channels.continue_in_dialplan(
                    free.channel_id, context=FALLBACK_CONTEXT, extension="s", priority=1
                )
                self._watch.freed(free.channel_id)
                # Asterisk sends on nobody to whom something is being played.
                for playback_id in announcements_of(free.channel_id):
                    await self._stop(playback_id)
            case Remedy.GO_ON:
                await channels.continue_in_dialplan(free.channel_id)
            case Remedy.HANG_UP:
                await channels.hangup(free.channel_id, reason_code=NORMAL_CLEARING)
        await self._ari.bridges.destroy(bridge_of(owner))

    async def _stop(self, playback_id: str) -> None:
        try:
            await self._ari.playbacks.stop(playback_id)
        except AriRequestRefused as error:
            if error.status not in GONE:
                raise

    async def _sweep(self, watch: Watch) -> None:
        empty = {
            bridge.bridge_id
            for bridge in await self._ari.bridges.list()
            if bridge.bridge_id.startswith(BRIDGE_PREFIX) and not bridge.channel_ids
        }
        abandoned = watch.abandoned(empty, self._now())
        await self._do_all([self._ari.bridges.destroy(bridge_id) for bridge_id in abandoned])

    async def _do_all(self, requests: Collection[Coroutine[Any, Any, None]]) -> None:
        """At once, and none for the sake of another. What fails is tried at the next look."""
        results = await asyncio.gather(*requests, return_exceptions=True)
        for result in results:
            if isinstance(result, AriRequestRefused) and result.status in GONE:
                continue
            if isinstance(result, AsteriskError):
                log.error("guardian.not_freed", code=result.code)
            elif result is not None:
                raise result
