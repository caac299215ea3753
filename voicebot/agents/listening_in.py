"""Lets people listen in to calls that this agent has: both sides, through a snoop channel.

Apart from the calls: nothing on a call's way waits for it, and whatever fails here ends the
listening alone. What is not recorded, because the caller tells a secret, is not heard either.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

from voicebot.agents.connecting import connect
from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls.asterisk_names import listening_of
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.orders import GOING, OrderResult
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError, MediaError, SharedStateError
from voicebot.line_ports import HeardAudio, ListenControl
from voicebot.ports import CallerAudio, MediaEnded, MediaLink
from voicebot.telemetry.logs import log_of

# Of one agent: each costs about as much as the audio of a call.
MOST: Final = 8
CHUNK_MS: Final = 100
ENCODING: Final = Encoding.ULAW

log = log_of(__name__)


class Overheard(Protocol):
    """A call, as far as those who listen in are concerned."""

    @property
    def state(self) -> CallState: ...

    @property
    def is_recording_paused(self) -> bool: ...


class ListeningIn:
    """`run` until cancelled."""

    def __init__(
        self,
        services: CallServices,
        control: ListenControl,
        heard: HeardAudio,
        call: Callable[[CallId], Overheard | None],
    ) -> None:
        self._services = services
        self._control = control
        self._heard = heard
        self._call = call
        self._listened: set[CallId] = set()
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await asyncio.Event().wait()
        raise AssertionError  # it is cancelled

    def begin(self, call_id: CallId) -> OrderResult:
        """It lasts while somebody renews the lease. Several hear the same."""
        if call_id in self._listened:
            return OrderResult.DONE
        if self._tasks is None or len(self._listened) >= MOST:
            return OrderResult.TOO_MANY
        self._listened.add(call_id)
        self._tasks.create_task(self._listen(call_id))
        return OrderResult.DONE

    async def _listen(self, call_id: CallId) -> None:
        log.warning("listening_in.began", call_id=call_id)
        try:
            await self._snoop(call_id)
        except (AsteriskError, MediaError, SharedStateError) as error:
            log.warning("listening_in.failed", call_id=call_id, code=error.code)
        except Exception:
            # A bug here must cost no call anything.
            log.exception("listening_in.lost", call_id=call_id)
        finally:
            log.warning("listening_in.ended", call_id=call_id)
            await self._end(call_id)
            self._listened.discard(call_id)

    async def _snoop(self, call_id: CallId) -> None:
        snoop_id = listening_of(ChannelId(call_id))
        with self._services.snoops.opening(snoop_id) as ready:
            try:
                await self._control.listen(ChannelId(call_id), snoop_id)
                connection = await connect(self._services, snoop_id, ENCODING, ready)
                try:
                    await self._pass_on(call_id, connection.link)
                finally:
                    await connection.close()
            finally:
                await self._hang_up(snoop_id)

    async def _pass_on(self, call_id: CallId, link: MediaLink) -> None:
        """While somebody listens, and the call goes on."""
        chunk = b""
        while (call := self._call(call_id)) is not None and call.state not in GOING:
            match await link.next_event():
                case CallerAudio(frame):
                    chunk += ENCODING.silence_frame if call.is_recording_paused else frame
                case MediaEnded():
                    return
                case _:
                    pass  # keys are heard as well
            if ENCODING.duration_ms(chunk) >= CHUNK_MS:
                if not await self._heard.publish(call_id, chunk):
                    return
                chunk = b""

    async def _end(self, call_id: CallId) -> None:
        try:
            await self._heard.end(call_id)
        except SharedStateError as error:
            # Who listens hears nothing any more, and leaves.
            log.warning("listening_in.end_not_told", call_id=call_id, code=error.code)

    async def _hang_up(self, snoop_id: ChannelId) -> None:
        try:
            await self._control.hang_up(snoop_id, NORMAL_CLEARING)
        except AsteriskError as error:
            # Without our heartbeat the guardian does it; and it ends with the caller's channel.
            log.warning("listening_in.not_hung_up", code=error.code)
