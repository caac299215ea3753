"""What did a dead process of our name leave behind in Asterisk, and where did a caller go?

Supervisors start a killed agent again under its own name, and its application still holds its
callers' channels: nobody is to sit in dead air.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from voicebot.ari.client import AriClient
from voicebot.ari.model import Channel
from voicebot.calls.asterisk_names import (
    FALLBACK_CONTEXT,
    MESSAGE_CONTEXT,
    bridge_of,
    is_beside,
    owner_of,
)
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import ChannelId
from voicebot.errors import AsteriskError
from voicebot.ports import CallControl
from voicebot.telemetry.logs import log_of

# A caller who left our application is looked for so often.
LOOKS = 20
LOOK_AGAIN_S = 0.05

log = log_of(__name__)


class Orphans:
    """Channels of our application that nobody drives."""

    def __init__(
        self, ari: AriClient, control: CallControl, driven: Callable[[], frozenset[ChannelId]]
    ) -> None:
        self._ari = ari
        self._control = control
        self._driven = driven

    async def free(
        self, present: Mapping[ChannelId, Channel], driven: frozenset[ChannelId]
    ) -> None:
        """`present` and `driven`: at the moment of the snapshot; later calls are none of these."""
        try:
            own = await self._ari.applications.get(self._ari.app)
        except AsteriskError as error:
            log.error("agent.orphans_unknown", code=error.code)
            return
        for channel_id in own.channel_ids:
            owner = owner_of(channel_id)
            if channel_id not in present or owner in driven or owner in self._driven():
                continue
            log.warning("call.orphan_found", call_id=owner)
            await self.free_one(channel_id)

    async def free_one(self, channel_id: ChannelId) -> None:
        """A caller goes to the dialplan, a media channel is hung up, and their bridge destroyed."""
        control, owner = self._control, owner_of(channel_id)
        await attempt(owner, control.destroy_bridge(bridge_of(owner)))
        if channel_id == owner and not is_beside(channel_id):
            await attempt(owner, control.leave(channel_id, FALLBACK_CONTEXT))
        else:
            await attempt(owner, control.hang_up(channel_id, NORMAL_CLEARING))


async def attempt(call_id: str, request: Coroutine[Any, Any, None]) -> None:
    """What is left undone for one must not keep the rest from being done."""
    try:
        await request
    except AsteriskError as error:
        log.warning("call.not_freed", call_id=call_id, code=error.code)


async def went_on(ari: AriClient, channel_id: ChannelId) -> bool:
    """Whether a caller who left our application is in the dialplan, and did not hang up.

    Whoever hung up is in Asterisk until the call is on its record: a moment longer.
    """
    for _ in range(LOOKS):
        try:
            channel = await ari.channels.get(channel_id)
        except AsteriskError:
            return False
        if channel.dialplan.context in (FALLBACK_CONTEXT, MESSAGE_CONTEXT):
            return True
        await asyncio.sleep(LOOK_AGAIN_S)
    return True
