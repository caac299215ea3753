"""How is what a waiting caller needs said to Asterisk? Fulfils `line_ports.WaitingControl`,
`line_ports.SnoopControl` and `line_ports.ListenControl`."""

from collections.abc import Sequence

from voicebot.ari.call_control import NOT_FOUND, AriCallControl
from voicebot.ari.client import AriClient
from voicebot.calls.asterisk_names import IN_LINE_VARIABLE, SNOOP_ARGUMENT
from voicebot.calls.model import ChannelId
from voicebot.errors import AriRequestRefused


class AriWaitingControl:
    def __init__(self, ari: AriClient) -> None:
        self._ari = ari
        self._control = AriCallControl(ari)

    async def answer(self, channel_id: ChannelId) -> None:
        await self._control.answer(channel_id)

    async def start_music(self, channel_id: ChannelId, music: str) -> None:
        await self._ari.channels.start_moh(channel_id, moh_class=music)

    async def stop_music(self, channel_id: ChannelId) -> None:
        await self._ari.channels.stop_moh(channel_id)

    async def play(self, channel_id: ChannelId, playback_id: str, media: Sequence[str]) -> None:
        await self._ari.channels.play_with_id(channel_id, playback_id, media)

    async def set_in_line(self, channel_id: ChannelId, *, is_in_line: bool) -> None:
        value = "1" if is_in_line else ""
        await self._ari.channels.set_channel_var(channel_id, IN_LINE_VARIABLE, value)

    async def stop_playing(self, playback_id: str) -> None:
        try:
            await self._ari.playbacks.stop(playback_id)
        except AriRequestRefused as error:
            if error.status != NOT_FOUND:
                raise

    async def snoop(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        await self._ari.channels.snoop_channel(
            channel_id,
            app=self._ari.app,
            spy="in",
            app_args=f"{SNOOP_ARGUMENT},{snoop_id}",
            snoop_id=snoop_id,
        )

    async def listen(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        await self._ari.channels.snoop_channel(
            channel_id,
            app=self._ari.app,
            spy="both",
            app_args=f"{SNOOP_ARGUMENT},{snoop_id}",
            snoop_id=snoop_id,
        )

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        await self._control.hang_up(channel_id, cause)
