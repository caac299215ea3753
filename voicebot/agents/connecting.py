"""Opens the audio of a call both ways, and answers.

The media channel may be bridged only once it is in Stasis, which is when its socket
is up; earlier, Asterisk answers 422 or the audio flows one way only.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallFacts, CallId, ChannelId
from voicebot.errors import AsteriskError, MediaConnectFailed
from voicebot.ports import CallControl, MediaLink
from voicebot.telemetry.logs import log_of

MEDIA_PREFIX = "media-"
BRIDGE_PREFIX = "bridge-"
STASIS_DEADLINE_S = 2.0
CLEAN_UP_DEADLINE_S = 3.0

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """What was opened for a call, and must be closed after it."""

    control: CallControl
    call_id: CallId
    link: MediaLink

    async def close(self) -> None:
        """Leaves nothing behind in Asterisk; what is gone already is no error."""
        await self.link.close()
        await _free(self.control, self.call_id)


async def connect(
    services: CallServices,
    facts: CallFacts,
    encoding: Encoding,
    media_in_stasis: asyncio.Event,
) -> Connection:
    """Raises AsteriskError or MediaError, with nothing left open."""
    control, call_id = services.control, facts.call_id
    media_channel_id = _media_channel_id(call_id)
    link: MediaLink | None = None
    try:
        connection_id = await control.open_media(call_id, media_channel_id, encoding)
        link = await services.open_link(connection_id, encoding)
        await _wait(media_in_stasis)
        # Only now: from its answer on, a caller must not wait in silence.
        await control.answer(facts.channel_id)
        await control.join(_bridge_id(call_id), facts.channel_id, media_channel_id)
    except BaseException:
        # Also what failed may have been done: Asterisk can be slow to say so.
        if link is not None:
            await link.close()
        await _free(control, call_id)
        raise
    return Connection(control, call_id, link)


async def _wait(media_in_stasis: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(STASIS_DEADLINE_S):
            await media_in_stasis.wait()
    except TimeoutError as error:
        raise MediaConnectFailed("the media channel did not enter Stasis") from error


async def _free(control: CallControl, call_id: CallId) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_end(call_id, control.hang_up(_media_channel_id(call_id), 16)))
        tasks.create_task(_end(call_id, control.destroy_bridge(_bridge_id(call_id))))


async def _end(call_id: CallId, request: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(CLEAN_UP_DEADLINE_S):
            await request
    except (AsteriskError, TimeoutError) as error:
        # The resync after a reconnect finds what nobody owns.
        log.error("call.clean_up_failed", call_id=call_id, error=type(error).__name__)


def _media_channel_id(call_id: CallId) -> ChannelId:
    return ChannelId(f"{MEDIA_PREFIX}{call_id}")


def _bridge_id(call_id: CallId) -> BridgeId:
    return BridgeId(f"{BRIDGE_PREFIX}{call_id}")
