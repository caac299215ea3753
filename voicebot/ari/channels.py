"""Which operations does Asterisk offer on channels?

Named as in its API description, see `resources`.
"""

from collections.abc import Iterable, Mapping

from voicebot.ari import model, requests
from voicebot.ari.model import Channel
from voicebot.ari.resources import Resource, nothing
from voicebot.calls.model import ChannelId


class Channels(Resource):
    async def list(self) -> tuple[Channel, ...]:
        """All channels of the node, also those that are in no application."""
        return await self._call(requests.CHANNELS_LIST, model.channels)

    async def get(self, channel_id: ChannelId) -> Channel:
        return await self._call(requests.CHANNELS_GET, model.channel, channelId=channel_id)

    async def originate(
        self,
        endpoint: str,
        *,
        app: str | None = None,
        app_args: str | None = None,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        caller_id: str | None = None,
        ring_timeout_s: int | None = None,
        channel_id: ChannelId | None = None,
        formats: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Channel:
        """Dials; who answers lands in `app`, or at `extension` of `context`."""
        return await self._call(
            requests.CHANNELS_ORIGINATE,
            model.channel,
            variables,
            endpoint=endpoint,
            app=app,
            appArgs=app_args,
            context=context,
            extension=extension,
            priority=priority,
            callerId=caller_id,
            timeout=ring_timeout_s,
            channelId=channel_id,
            formats=formats,
        )

    async def external_media(
        self,
        *,
        app: str,
        audio_format: str,
        channel_id: ChannelId | None = None,
        external_host: str | None = None,
        encapsulation: str | None = None,
        transport: str | None = None,
        connection_type: str | None = None,
        direction: str | None = None,
        data: str | None = None,
        transport_data: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Channel:
        """A channel whose audio is ours; `data` becomes the arguments of its StasisStart."""
        return await self._call(
            requests.CHANNELS_EXTERNAL_MEDIA,
            model.channel,
            variables,
            channelId=channel_id,
            app=app,
            format=audio_format,
            external_host=external_host,
            encapsulation=encapsulation,
            transport=transport,
            connection_type=connection_type,
            direction=direction,
            data=data,
            transport_data=transport_data,
        )

    async def answer(self, channel_id: ChannelId) -> None:
        await self._call(requests.CHANNELS_ANSWER, nothing, channelId=channel_id)

    async def ring(self, channel_id: ChannelId) -> None:
        await self._call(requests.CHANNELS_RING, nothing, channelId=channel_id)

    async def ring_stop(self, channel_id: ChannelId) -> None:
        await self._call(requests.CHANNELS_RING_STOP, nothing, channelId=channel_id)

    async def play_with_id(
        self, channel_id: ChannelId, playback_id: str, media: Iterable[str]
    ) -> None:
        """One after the other; music ends with the first."""
        await self._call(
            requests.CHANNELS_PLAY_WITH_ID,
            nothing,
            channelId=channel_id,
            playbackId=playback_id,
            media=",".join(media),
        )

    async def start_moh(self, channel_id: ChannelId, *, moh_class: str | None = None) -> None:
        await self._call(
            requests.CHANNELS_START_MOH, nothing, channelId=channel_id, mohClass=moh_class
        )

    async def stop_moh(self, channel_id: ChannelId) -> None:
        await self._call(requests.CHANNELS_STOP_MOH, nothing, channelId=channel_id)

    async def hangup(self, channel_id: ChannelId, *, reason_code: int | None = None) -> None:
        """`reason_code` is an ITU-T Q.850 cause; 16 is normal clearing."""
        await self._call(
            requests.CHANNELS_HANGUP, nothing, channelId=channel_id, reason_code=reason_code
        )

    async def continue_in_dialplan(
        self,
        channel_id: ChannelId,
        *,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
    ) -> None:
        """With a context alone the channel goes on at its extension `s`, priority 1."""
        await self._call(
            requests.CHANNELS_CONTINUE_IN_DIALPLAN,
            nothing,
            channelId=channel_id,
            context=context,
            extension=extension,
            priority=priority,
        )

    async def move(self, channel_id: ChannelId, *, app: str, app_args: str | None = None) -> None:
        """Gives the channel to another application, which gets a StasisStart."""
        await self._call(
            requests.CHANNELS_MOVE, nothing, channelId=channel_id, app=app, appArgs=app_args
        )

    async def get_channel_var(self, channel_id: ChannelId, variable: str) -> str:
        return await self._call(
            requests.CHANNELS_GET_CHANNEL_VAR,
            model.variable,
            channelId=channel_id,
            variable=variable,
        )

    async def set_channel_var(self, channel_id: ChannelId, variable: str, value: str) -> None:
        await self._call(
            requests.CHANNELS_SET_CHANNEL_VAR,
            nothing,
            channelId=channel_id,
            variable=variable,
            value=value,
        )

    async def snoop_channel(
        self,
        channel_id: ChannelId,
        *,
        app: str,
        spy: str | None = None,
        whisper: str | None = None,
        app_args: str | None = None,
        snoop_id: ChannelId | None = None,
    ) -> Channel:
        """`spy` and `whisper` are "in", "out" or "both"."""
        return await self._call(
            requests.CHANNELS_SNOOP_CHANNEL,
            model.channel,
            channelId=channel_id,
            app=app,
            spy=spy,
            whisper=whisper,
            appArgs=app_args,
            snoopId=snoop_id,
        )
