"""How is what a call needs said to Asterisk?

Fulfils `ports.CallControl`. What is to be ended may have ended already, because a
caller can hang up at any moment: then 404 is as good as success.
"""

from collections.abc import Mapping
from typing import Protocol

from voicebot.ari.client import AriClient
from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.errors import AriRequestRefused, AsteriskError

# dialplans/transfer.conf: one extension for each transfer of the business files.
TRANSFER_CONTEXT = "voicebot-transfer"
NOT_FOUND = 404
NOT_IN_STASIS = 409


class RecordingControl(Protocol):
    """Pauses the recording of a call."""

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        """Raises AsteriskError."""


class AriCallControl:
    def __init__(self, ari: AriClient, recording: RecordingControl | None = None) -> None:
        """`recording`: ARI itself has no way to pause it."""
        self._ari = ari
        self._recording = recording

    async def answer(self, channel_id: ChannelId) -> None:
        await self._ari.channels.answer(channel_id)

    async def open_media(
        self, call_id: CallId, media_channel_id: ChannelId, encoding: Encoding
    ) -> str:
        """Its StasisStart follows once our media socket is up, with args ("media", call_id)."""
        channel = await self._ari.channels.external_media(
            app=self._ari.app,
            audio_format=encoding,
            channel_id=media_channel_id,
            transport="websocket",
            encapsulation="none",
            # Asterisk waits for our socket; INCOMING is the word for it in the dial string.
            connection_type="server",
            external_host="INCOMING",
            direction="both",
            data=f"media,{call_id}",
            transport_data="f(json)",
        )
        connection_id = channel.variables.get("MEDIA_WEBSOCKET_CONNECTION_ID")
        if connection_id is None:
            raise AsteriskError("channels.externalMedia: no media connection id in the answer")
        return connection_id

    async def join(
        self, bridge_id: BridgeId, channel_id: ChannelId, media_channel_id: ChannelId
    ) -> None:
        """When it fails the bridge may exist: `destroy_bridge` at the call's end removes it."""
        await self._ari.bridges.create_with_id(bridge_id)
        await self._ari.bridges.add_channel(bridge_id, (channel_id, media_channel_id))

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        try:
            await self._ari.channels.hangup(channel_id, reason_code=cause)
        except AriRequestRefused as error:
            if error.status != NOT_FOUND:
                raise

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        try:
            await self._ari.bridges.destroy(bridge_id)
        except AriRequestRefused as error:
            # On its way out a bridge leaves Stasis first.
            if error.status not in (NOT_FOUND, NOT_IN_STASIS):
                raise

    async def transfer(self, channel_id: ChannelId, transfer_id: str) -> None:
        app = self._ari.app
        # Before it leaves: nothing of what follows may be missed.
        await self._ari.applications.subscribe(app, channel_id)
        await self._ari.channels.set_channel_var(channel_id, "VOICEBOT_AGENT", app)
        await self._ari.channels.continue_in_dialplan(
            channel_id, context=TRANSFER_CONTEXT, extension=transfer_id
        )

    async def go_on(self, channel_id: ChannelId, variables: Mapping[str, str]) -> None:
        try:
            for name, value in variables.items():
                await self._ari.channels.set_channel_var(channel_id, name, value)
            await self._ari.channels.continue_in_dialplan(channel_id)
        except AriRequestRefused as error:
            if error.status not in (NOT_FOUND, NOT_IN_STASIS):
                raise

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        if self._recording is None:
            raise AsteriskError("nothing here can pause a recording")
        await self._recording.set_recording(channel_id, is_on=is_on)

    async def leave(self, channel_id: ChannelId, context: str) -> None:
        try:
            await self._ari.channels.continue_in_dialplan(channel_id, context=context)
        except AriRequestRefused as error:
            if error.status not in (NOT_FOUND, NOT_IN_STASIS):
                raise
