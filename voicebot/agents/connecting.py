"""Opens the audio of a call both ways, and answers.

The media channel may be bridged only once it is in Stasis, which is when its socket
is up; earlier, Asterisk answers 422 or the audio flows one way only.
"""

import asyncio
from dataclasses import dataclass

from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallFacts, ChannelId
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
    bridge_id: BridgeId
    media_channel_id: ChannelId
    link: MediaLink

    async def close(self) -> None:
        """Leaves nothing behind in Asterisk; what is gone already is no error."""
        await self.link.close()
        try:
            async with asyncio.timeout(CLEAN_UP_DEADLINE_S):
                await self.control.hang_up(self.media_channel_id, 16)
                await self.control.destroy_bridge(self.bridge_id)
        except (AsteriskError, TimeoutError) as error:
            # The resync after a reconnect finds bridges that nobody owns.
            log.error("call.clean_up_failed", bridge_id=self.bridge_id, error=type(error).__name__)


async def connect(
    services: CallServices,
    facts: CallFacts,
    encoding: Encoding,
    media_in_stasis: asyncio.Event,
) -> Connection:
    """Raises AsteriskError or MediaError, with nothing left open."""
    media_channel_id = ChannelId(f"{MEDIA_PREFIX}{facts.call_id}")
    bridge_id = BridgeId(f"{BRIDGE_PREFIX}{facts.call_id}")
    control = services.control
    connection_id = await control.open_media(facts.call_id, media_channel_id, encoding)
    link = await services.open_link(connection_id, encoding)
    connection = Connection(control, bridge_id, media_channel_id, link)
    try:
        async with asyncio.timeout(STASIS_DEADLINE_S):
            await media_in_stasis.wait()
        # Only now: from its answer on, a caller must not wait in silence.
        await control.answer(facts.channel_id)
        await control.join(bridge_id, facts.channel_id, media_channel_id)
    except TimeoutError as error:
        await connection.close()
        raise MediaConnectFailed("the media channel did not enter Stasis") from error
    except BaseException:
        await connection.close()
        raise
    return connection
