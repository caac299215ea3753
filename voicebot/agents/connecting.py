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
from voicebot.calls.asterisk_names import bridge_of, media_channel_of
from voicebot.calls.model import CallId, ChannelId
from voicebot.errors import AsteriskError, MediaConnectFailed
from voicebot.ports import CallControl, MediaLink
from voicebot.telemetry.logs import log_of

STASIS_DEADLINE_S = 2.0
CLEAN_UP_DEADLINE_S = 3.0

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """What was opened for a call, and must be closed after it."""

    control: CallControl
    channel_id: ChannelId
    link: MediaLink

    async def close(self) -> None:
        """Leaves nothing behind in Asterisk; what is gone already is no error."""
        await self.link.close()
        await _free(self.control, self.channel_id)


async def connect(
    services: CallServices,
    channel_id: ChannelId,
    encoding: Encoding,
    media_in_stasis: asyncio.Event,
    *,
    is_recording_paused: bool = False,
) -> Connection:
    """Answers a caller's or an operator's channel and joins it with its media channel.

    Raises AsteriskError or MediaError, with nothing left open.
    """
    control = services.control
    media_channel_id = media_channel_of(channel_id)
    link: MediaLink | None = None
    try:
        connection_id = await control.open_media(CallId(channel_id), media_channel_id, encoding)
        link = await services.open_link(connection_id, encoding)
        await _wait(media_in_stasis)
        # Only now: from its answer on, a caller must not wait in silence.
        await control.answer(channel_id)
        if is_recording_paused:
            # Recording begins with the bridge.
            await control.set_recording(channel_id, is_on=False)
        await control.join(bridge_of(channel_id), channel_id, media_channel_id)
    except BaseException:
        # Also what failed may have been done: Asterisk can be slow to say so.
        if link is not None:
            await link.close()
        await _free(control, channel_id)
        raise
    return Connection(control, channel_id, link)


async def _wait(media_in_stasis: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(STASIS_DEADLINE_S):
            await media_in_stasis.wait()
    except TimeoutError as error:
        raise MediaConnectFailed("the media channel did not enter Stasis") from error


async def _free(control: CallControl, channel_id: ChannelId) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_end(channel_id, control.hang_up(media_channel_of(channel_id), 16)))
        tasks.create_task(_end(channel_id, control.destroy_bridge(bridge_of(channel_id))))


async def _end(channel_id: ChannelId, request: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(CLEAN_UP_DEADLINE_S):
            await request
    except (AsteriskError, TimeoutError) as error:
        # The resync after a reconnect finds what nobody owns.
        log.error("call.clean_up_failed", call_id=channel_id, error=type(error).__name__)
