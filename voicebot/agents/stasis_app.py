"""One agent process on one Asterisk: hears of calls, races for them, drives those it won.

Events are taken one by one and never waited on: a slow call must not hold up the
others, and Asterisk writes broadcasts on the offered call's own thread.
"""

import asyncio
import random
from functools import partial

from pydantic import ValidationError

from voicebot.agents.briefing import Briefing
from voicebot.agents.call_agent import CallAgent
from voicebot.agents.channel_facts import (
    AGENT_NAME_VARIABLE,
    CODEC_VARIABLE,
    DID_VARIABLE,
    OPERATOR_VARIABLE,
    facts_of,
    transfer_result_of,
)
from voicebot.agents.claiming import Peers
from voicebot.agents.lost_calls import LostCalls
from voicebot.agents.orphans import Orphans, attempt, went_on
from voicebot.agents.services import CallServices
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    CallBroadcast,
    CallClaimed,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    ChannelHold,
    ChannelUnhold,
    ChannelVarset,
    Resynced,
    StasisEnd,
    StasisStart,
)
from voicebot.ari.model import Channel
from voicebot.ari.resources import Claim
from voicebot.audio.frames import media_encoding
from voicebot.calls import asterisk_names as names
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.routing import Room, claim_delay_ms
from voicebot.calls.session import CallContext, load_context, taken_until
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError, SharedStateError
from voicebot.telemetry.logs import log_of

PARTS = frozenset({"media", names.SNOOP_ARGUMENT, names.SUPERVISOR_ARGUMENT})
BACK_ARGUMENT = "back"
AGENT_STOPPED = "agent-stopped"
TAKEN_AWAY = "taken-away"
# How long running calls may take to be handed over when the process stops.
STOP_DEADLINE_S = 5.0

log = log_of(__name__)


class StasisApp:
    """`run` until cancelled, or until `stop` and the last call's end."""

    def __init__(self, ari: AriClient, services: CallServices, peers: Peers, *, most: Room) -> None:
        self._ari = ari
        self._services = services
        self._peers = peers
        self._most = most
        self._is_draining = False
        self._lost_calls = LostCalls(ari)
        self._orphans = Orphans(ari, services.control, self.driven)
        self._calls: dict[ChannelId, CallAgent] = {}
        self._briefings: dict[ChannelId, Briefing] = {}
        # Calls of a process that is gone, whose context is being looked up.
        self._adopting: set[ChannelId] = set()
        # Callers who are hanging up, with the cause where one was told.
        self._hangup_causes: dict[ChannelId, int | None] = {}
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

    @property
    def waiting(self) -> int:
        """Those of them who wait for their turn."""
        return sum(call.state is CallState.WAITING for call in list(self._calls.values()))

    def call(self, call_id: CallId) -> CallAgent | None:
        return self._calls.get(ChannelId(call_id))

    def drain(self, *, is_on: bool) -> None:
        self._is_draining = is_on

    def driven(self) -> frozenset[ChannelId]:
        """The channels of people and snoops that somebody here looks after."""
        beside = self._services.snoops.open | self._services.supervisors.open
        return beside.union(self._calls, self._briefings, self._adopting)

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped` is set; then every running call is handed to the dialplan."""
        async with asyncio.TaskGroup() as tasks:
            peers = tasks.create_task(self._peers.run(lambda: self.calls))
            records = tasks.create_task(self._services.records.run())
            events = tasks.create_task(self._follow_events(tasks))
            lost = tasks.create_task(self._lost_calls.run(self._calls.values))
            room = self._services.waiting_room
            waiting = None if room is None else tasks.create_task(room.run())
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
            lost.cancel()
            records.cancel()
            if waiting is not None:
                waiting.cancel()
            await self._services.records.finish()

    async def _follow_events(self, tasks: asyncio.TaskGroup) -> None:
        async for event in self._ari.events():
            self._services.supervisors.receive(event)
            match event:
                case CallBroadcast(channel=channel, called=called):
                    did = channel.variables.get(DID_VARIABLE) or called
                    race = tasks.create_task(self._race(channel, did))
                    self._races[channel.channel_id] = race
                    race.add_done_callback(partial(self._forget_race, channel.channel_id))
                case CallClaimed(channel=channel, winner=winner) if winner != self._ari.app:
                    if channel.channel_id in self._races:
                        self._races[channel.channel_id].cancel()
                case StasisStart(channel=channel, args=(first, call_id)) if first in PARTS:
                    self._part_started(channel.channel_id, ChannelId(call_id))
                case StasisStart(channel=channel, args=(names.BRIEF_ARGUMENT, call_id, *_)):
                    self._brief(tasks, channel, ChannelId(call_id))
                case StasisStart(channel=channel, args=(first, did, result)) if (
                    first == BACK_ARGUMENT
                ):
                    self._take_back(tasks, channel, did, on.CameBack(transfer_result_of(result)))
                case StasisStart(channel=channel) if channel.channel_id in self._calls:
                    pass  # told twice
                case StasisStart(channel=channel, args=(names.WAIT_ARGUMENT, did)):
                    self._take_back(tasks, channel, did, on.Enqueued())
                case StasisStart(channel=channel, args=args):
                    # Known at once: its end may be the very next event.
                    call = self._register(channel, args[0] if args else "")
                    tasks.create_task(self._drive(channel.channel_id, call))
                case ChannelVarset(channel=channel, variable=variable, value=operator) if (
                    variable == OPERATOR_VARIABLE
                ):
                    if channel.channel_id in self._calls:
                        self._calls[channel.channel_id].post(on.OperatorTook(operator))
                case ChannelHangupRequest(channel=channel, cause=cause):
                    if channel.channel_id in self._calls:
                        known = self._hangup_causes.get(channel.channel_id)
                        self._hangup_causes[channel.channel_id] = cause or known
                case ChannelDestroyed(channel=channel, cause=cause):
                    self._gone(channel.channel_id, cause)
                case ChannelDtmfReceived(channel=channel, digit=digit):
                    # Of those who wait: whoever talks with us has a media channel, which tells.
                    if self._services.waiting_room is not None:
                        self._services.waiting_room.press(CallId(channel.channel_id), digit)
                case ChannelHold(channel=channel) | ChannelUnhold(channel=channel):
                    if channel.channel_id in self._calls:
                        is_held = isinstance(event, ChannelHold)
                        self._calls[channel.channel_id].hold(is_held=is_held)
                case StasisEnd(channel=channel):
                    self._left(tasks, channel.channel_id)
                case Resynced(channels=channels):
                    # Compared now: a call that begins later is not in this snapshot.
                    present = {channel.channel_id: channel for channel in channels}
                    missing = [call for at, call in self._calls.items() if at not in present]
                    tasks.create_task(self._lost_calls.end(missing))
                    tasks.create_task(self._orphans.free(present, self.driven()))
                case _:
                    pass

    async def _race(self, channel: Channel, called: str) -> None:
        delay_ms = claim_delay_ms(
            Room(self.calls - self.waiting, self.waiting),
            self._most,
            self._peers.loads,
            random.random(),
            may_wait=self._services.may_wait(called),
        )
        if delay_ms is None or self._is_draining:
            return
        await asyncio.sleep(delay_ms / 1000)
        if self._is_stopping:
            return
        self._claimed.add(channel.channel_id)
        self._note_idle()
        claim: Claim | None = None
        try:
            claim = await self._ari.events.claim_channel(
                channel.channel_id, application=self._ari.app
            )
        except AsteriskError as error:
            log.error("call.claim_failed", call_id=channel.channel_id, code=error.code)
        finally:
            # Also when another has won meanwhile, and this race was cancelled.
            if claim is not Claim.WON or not self._is_stopping:
                self._claimed.discard(channel.channel_id)
                self._note_idle()
        if claim is not None:
            log.info("call.raced", call_id=channel.channel_id, claim=claim.name, delay_ms=delay_ms)

    def _forget_race(self, channel_id: ChannelId, _race: asyncio.Task[None]) -> None:
        self._races.pop(channel_id, None)

    def _register(
        self, channel: Channel, did: str, context: CallContext | None = None
    ) -> CallAgent:
        desk = self._services.desks.of(did, channel.variables.get(AGENT_NAME_VARIABLE, ""))
        facts = facts_of(channel, did, desk.business.country_of_callers)
        call = CallAgent(self._services, desk, facts, self._ari.app, context)
        self._calls[channel.channel_id] = call
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
            await self._orphans.free_one(channel_id)
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

    def _part_started(self, part_id: ChannelId, channel_id: ChannelId) -> None:
        self._services.snoops.entered(part_id, channel_id)
        owner = self._calls.get(channel_id) or self._briefings.get(channel_id)
        if owner is not None:
            owner.media_entered_stasis()

    def _brief(self, tasks: asyncio.TaskGroup, channel: Channel, call_id: ChannelId) -> None:
        call = self._calls.get(call_id)
        if call is None:
            # Nobody here knows what to tell: the dialplan asks the operator by itself.
            tasks.create_task(attempt(call_id, self._go_on(channel.channel_id)))
            return
        encoding = media_encoding(channel.variables.get(CODEC_VARIABLE, ""))
        briefing = Briefing(self._services, call.desk, channel.channel_id, encoding, call.summary)
        self._briefings[channel.channel_id] = briefing
        tasks.create_task(self._hold_briefing(channel.channel_id, briefing))

    async def _hold_briefing(self, channel_id: ChannelId, briefing: Briefing) -> None:
        try:
            await briefing.run()
        except Exception:
            # A bug here must cost neither other calls nor this one.
            log.exception("briefing.lost", call_id=channel_id)
            await attempt(channel_id, self._go_on(channel_id))
        finally:
            del self._briefings[channel_id]

    async def _go_on(self, channel_id: ChannelId) -> None:
        await self._services.control.go_on(channel_id, {})

    def _take_back(
        self, tasks: asyncio.TaskGroup, channel: Channel, did: str, event: on.CallEvent
    ) -> None:
        """The caller is in our application again; perhaps another agent had the call before."""
        call = self._calls.get(channel.channel_id)
        if call is not None:
            call.post(event)
        elif channel.channel_id not in self._adopting:
            self._adopting.add(channel.channel_id)
            tasks.create_task(self._adopt(channel, did, event))

    async def _adopt(self, channel: Channel, did: str, event: on.CallEvent) -> None:
        channel_id = channel.channel_id
        try:
            text = await self._services.contexts.load(CallId(channel_id))
            context = None if text is None else load_context(text)
        except (SharedStateError, ValidationError) as error:
            # The caller begins anew: better than not at all.
            log.error("call.context_lost", call_id=channel_id, error=type(error).__name__)
            context = None
        if context is not None and isinstance(event, on.Enqueued) and not context.may_wait_on:
            context = None
        if context is not None:
            context.agent = self._ari.app
            # What passed since it was saved was part of the call, too.
            context.taken_s = taken_until(context, self._services.clock.at())
        call = self._register(channel, did, context)
        self._adopting.discard(channel_id)
        if context is not None:
            log.info("call.adopted", call_id=channel_id)
            call.post(event)
        await self._drive(channel_id, call)

    def _gone(self, channel_id: ChannelId, cause: int) -> None:
        call = self._calls.get(channel_id)
        if call is not None:
            call.post(on.HungUp(cause))

    def _left(self, tasks: asyncio.TaskGroup, channel_id: ChannelId) -> None:
        call = self._calls.get(channel_id)
        if call is None:
            return
        is_unclear = call.is_held_by_us or call.is_leaving
        if channel_id in self._hangup_causes or not is_unclear:
            call.left_stasis(self._hangup_causes.get(channel_id))
        else:
            tasks.create_task(self._find_out_why(channel_id, call))

    async def _find_out_why(self, channel_id: ChannelId, call: CallAgent) -> None:
        """Went on in the dialplan, or hung up? Nobody has said."""
        if not await went_on(self._ari, channel_id):
            call.left_stasis(NORMAL_CLEARING)
            return
        if not call.is_leaving:
            # The guardian took us for dead, and the caller to the dialplan.
            log.warning("call.taken_away", call_id=channel_id)
            call.post(on.GivenUp(TAKEN_AWAY, has_gone=True))
        call.left_stasis(None)
