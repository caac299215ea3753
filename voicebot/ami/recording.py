"""How is the recording of a call paused?

ARI cannot do it. MixMonitorMute makes both files go on with silence, so they stay in step with
each other and with the call; the agent hears the caller all the while (seen on 22.10.1).
"""

from voicebot.ami.connection import AmiSettings, connected
from voicebot.calls.model import ChannelId

DEADLINE_S = 2.0


class AmiRecording:
    """Fulfils `ports.CallControl.set_recording` on one node."""

    def __init__(self, settings: AmiSettings) -> None:
        self._settings = settings

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        """Pauses both sides, or goes on; done when it returns, and the same again is harmless.

        Raises AsteriskError, also for a channel that is gone or is not recorded: until this has
        returned nobody may be asked for what must not be on record.
        """
        # A connection each time: it is asked for a few times an hour, and takes milliseconds.
        async with connected(self._settings) as ami:
            await ami.send(
                "MixMonitorMute",
                DEADLINE_S,
                # By its unique id; a name would do as well.
                Channel=channel_id,
                Direction="both",
                State="0" if is_on else "1",
            )
