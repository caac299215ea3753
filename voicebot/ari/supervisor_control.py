"""How is a supervisor's phone put on a call? Fulfils `line_ports.SupervisorControl`."""

from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.calls.asterisk_names import SNOOP_ARGUMENT, SUPERVISOR_ARGUMENT
from voicebot.calls.model import BridgeId, ChannelId
from voicebot.calls.orders import Presence
from voicebot.calls.supervision import WHISPERS

# A phone of our own is otherwise a caller, who has a record (asterisk/etc/pjsip.conf).
NO_RECORD = {"CDR_PROP(disable)": "1", "CHANNEL(hangup_handler_wipe)": ""}
# Shown on the phone: who is rung knows what for.
CALLER_ID = '"Voicebot" <voicebot>'
REFUSAL = "sound:beeperr"


class AriSupervisorControl:
    def __init__(self, ari: AriClient) -> None:
        self._ari = ari
        self._control = AriCallControl(ari)

    async def ring(self, extension: str, phone_id: ChannelId, ring_s: int) -> None:
        await self._ari.channels.originate(
            f"PJSIP/{extension}",
            app=self._ari.app,
            app_args=f"{SUPERVISOR_ARGUMENT},{phone_id}",
            caller_id=CALLER_ID,
            ring_timeout_s=ring_s,
            channel_id=phone_id,
            variables=NO_RECORD,
        )

    async def make_bridge(self, bridge_id: BridgeId) -> None:
        await self._ari.bridges.create_with_id(bridge_id)

    async def seat(self, bridge_id: BridgeId, channel_id: ChannelId) -> None:
        await self._ari.bridges.add_channel(bridge_id, (channel_id,))

    async def attend(self, channel_id: ChannelId, snoop_id: ChannelId, presence: Presence) -> None:
        await self._ari.channels.snoop_channel(
            channel_id,
            app=self._ari.app,
            spy="both",
            whisper=WHISPERS[presence],
            app_args=f"{SNOOP_ARGUMENT},{snoop_id}",
            snoop_id=snoop_id,
        )

    async def refuse(self, phone_id: ChannelId) -> None:
        await self._ari.channels.play_with_id(phone_id, f"refusal-{phone_id}", (REFUSAL,))

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        await self._control.hang_up(channel_id, cause)

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        await self._control.destroy_bridge(bridge_id)
