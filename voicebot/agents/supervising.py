"""Puts supervisors' phones on calls that this agent has: to listen, to whisper, to barge in.

Apart from the calls: nothing on a call's way waits for it, and whatever fails here ends the
supervisor's part alone. While somebody is in its place, the voice agent stands back.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol

from voicebot.agents.services import CallServices
from voicebot.agents.supervisors import SupervisorPhone
from voicebot.calls.asterisk_names import bridge_of, supervising_of, supervisor_of
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.orders import GOING, OrderResult, Presence
from voicebot.calls.supervision import KEYS, presence_now, takes_agents_place, why_not
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError, MediaConnectFailed, MediaError
from voicebot.line_ports import SupervisorControl
from voicebot.telemetry.logs import log_of

# Of one agent: each costs Asterisk about as much as a call.
MOST: Final = 8
RINGS_S: Final = 25
# Beyond that nobody tells us any more how the ringing ended.
ANSWER_WITHIN_S: Final = RINGS_S + 5.0
STASIS_DEADLINE_S: Final = 2.0
# So late at most a secret falls silent, and the call's end is seen.
LOOK_EVERY_S: Final = 0.1
# Well within dialogue's LONGEST_HOLD_S.
STAND_BACK_AGAIN_S: Final = 60.0
SUPERVISOR: Final = "supervisor"

log = log_of(__name__)


class Supervised(Protocol):
    """A call, as far as a supervisor on it is concerned."""

    @property
    def state(self) -> CallState: ...

    @property
    def is_recording_paused(self) -> bool: ...

    def hold(self, *, is_held: bool, by: str) -> None: ...


@dataclass(slots=True)
class _Supervision:
    """One supervisor's phone and its call."""

    call_id: CallId
    extension: str
    wanted: Presence
    is_held_back: bool = False  # the voice agent
    held_at: float = 0.0
    present: Presence | None = None
    is_in_call: bool = False  # in the call's own bridge
    snoop_id: ChannelId | None = None
    registered: ExitStack = field(default_factory=ExitStack)  # in the heartbeat
    snoops: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channel_id(self) -> ChannelId:
        return ChannelId(self.call_id)

    @property
    def phone_id(self) -> ChannelId:
        return supervisor_of(self.channel_id)


class Supervising:
    """`run` until cancelled."""

    def __init__(
        self,
        services: CallServices,
        control: SupervisorControl,
        call: Callable[[CallId], Supervised | None],
        extensions: Callable[[], Collection[str]],
    ) -> None:
        """`extensions`: the phones that may be rung."""
        self._services = services
        self._control = control
        self._call = call
        self._extensions = extensions
        self._open: dict[CallId, _Supervision] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await asyncio.Event().wait()
        raise AssertionError  # it is cancelled

    def begin(self, call_id: CallId, extension: str, presence: Presence) -> OrderResult:
        """It lasts until the supervisor hangs up, or the call ends."""
        call, there = self._call(call_id), self._open.get(call_id)
        if call is None:
            return OrderResult.NOT_HERE
        if extension not in self._extensions():
            return OrderResult.EXTENSION_UNKNOWN
        refused = why_not(presence, call.state, is_secret=call.is_recording_paused)
        if refused is not None:
            return refused
        if there is not None:
            if there.extension != extension:
                return OrderResult.OCCUPIED
            there.wanted = presence
            there.changed.set()
            return OrderResult.DONE
        if self._tasks is None or len(self._open) >= MOST:
            return OrderResult.TOO_MANY
        self._open[call_id] = new = _Supervision(call_id, extension, presence)
        self._tasks.create_task(self._supervise(new))
        return OrderResult.DONE

    async def _supervise(self, one: _Supervision) -> None:
        log.warning("supervision.began", call_id=one.call_id, presence=one.wanted.value)
        try:
            with self._services.supervisors.opening(one.phone_id) as phone:
                phone.changed = one.changed
                try:
                    await self._be_there(one, phone)
                finally:
                    await self._clear_up(one)
        except (AsteriskError, MediaError) as error:
            log.warning("supervision.failed", call_id=one.call_id, code=error.code)
        except Exception:
            # A bug here must cost no call anything.
            log.exception("supervision.lost", call_id=one.call_id)
        finally:
            self._hold_back(one, is_held=False)
            log.warning("supervision.ended", call_id=one.call_id)
            del self._open[one.call_id]

    async def _be_there(self, one: _Supervision, phone: SupervisorPhone) -> None:
        await self._control.ring(one.extension, one.phone_id, RINGS_S)
        if not await self._is_answered(one, phone):
            log.warning("supervision.not_answered", call_id=one.call_id)
            return
        await self._control.make_bridge(bridge_of(one.phone_id))
        await self._control.seat(bridge_of(one.phone_id), one.phone_id)
        while (call := self._call(one.call_id)) is not None and call.state not in GOING:
            one.changed.clear()
            if phone.is_gone:
                return
            for key in phone.keys:
                await self._press(one, call, key)
            phone.keys.clear()
            await self._attend(one, call)
            await _change(one.changed)

    async def _is_answered(self, one: _Supervision, phone: SupervisorPhone) -> bool:
        give_up_at = self._services.clock.now() + ANSWER_WITHIN_S
        while not (phone.is_answered or phone.is_gone):
            call = self._call(one.call_id)
            if call is None or call.state in GOING or self._services.clock.now() >= give_up_at:
                return False
            one.changed.clear()
            await _change(one.changed)
        return phone.is_answered and not phone.is_gone

    async def _press(self, one: _Supervision, call: Supervised, key: str) -> None:
        presence = KEYS.get(key)
        if presence is None:
            return
        refused = why_not(presence, call.state, is_secret=call.is_recording_paused)
        log.warning(
            "supervision.key_pressed",
            call_id=one.call_id,
            presence=presence.value,
            result=(OrderResult.DONE if refused is None else refused).value,
        )
        if refused is None:
            one.wanted = presence
        else:
            await self._control.refuse(one.phone_id)

    async def _attend(self, one: _Supervision, call: Supervised) -> None:
        """Has the phone on the call as it is wanted, as far as that may be now."""
        presence = presence_now(one.wanted, call.state, is_secret=call.is_recording_paused)
        takes_place = takes_agents_place(presence, call.state)
        # Before the caller hears somebody else.
        self._hold_back(one, is_held=takes_place)
        if (presence, takes_place) == (one.present, one.is_in_call):
            return
        await self._close(one)
        if takes_place:
            # A snoop whispers into what is being sent, and a silent agent sends nothing.
            await self._control.seat(bridge_of(one.channel_id), one.phone_id)
            one.is_in_call = True
        elif presence is not None:
            one.snoops += 1
            one.snoop_id = supervising_of(one.channel_id, one.snoops)
            opening = self._services.snoops.opening(one.snoop_id, has_media=False)
            ready = one.registered.enter_context(opening)
            await self._control.attend(one.channel_id, one.snoop_id, presence)
            await _wait(ready)
            await self._control.seat(bridge_of(one.phone_id), one.snoop_id)
        one.present = presence

    def _hold_back(self, one: _Supervision, *, is_held: bool) -> None:
        call, now = self._call(one.call_id), self._services.clock.now()
        is_due = is_held and now - one.held_at >= STAND_BACK_AGAIN_S
        if call is None or (is_held is one.is_held_back and not is_due):
            return
        one.is_held_back, one.held_at = is_held, now
        call.hold(is_held=is_held, by=SUPERVISOR)

    async def _close(self, one: _Supervision) -> None:
        snoop_id, one.snoop_id, one.present = one.snoop_id, None, None
        with one.registered:
            if snoop_id is not None:
                await self._control.hang_up(snoop_id, NORMAL_CLEARING)
        if one.is_in_call:
            one.is_in_call = False
            await self._control.seat(bridge_of(one.phone_id), one.phone_id)

    async def _clear_up(self, one: _Supervision) -> None:
        """Each for itself; what fails here the guardian does."""
        ends: list[Coroutine[Any, Any, None]] = [
            self._close(one),
            self._control.hang_up(one.phone_id, NORMAL_CLEARING),
            self._control.destroy_bridge(bridge_of(one.phone_id)),
        ]
        for end in ends:
            try:
                await end
            except AsteriskError as error:
                log.warning("supervision.not_cleared_up", call_id=one.call_id, code=error.code)


async def _change(changed: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_EVERY_S):
            await changed.wait()


async def _wait(in_stasis: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(STASIS_DEADLINE_S):
            await in_stasis.wait()
    except TimeoutError as error:
        raise MediaConnectFailed("the snoop channel did not enter Stasis") from error
