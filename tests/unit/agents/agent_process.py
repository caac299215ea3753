"""An agent process, with a test in the place of Asterisk and the callers."""

import asyncio

from tests.fakes.ari_events import OWN, FakeAri
from tests.fakes.call_services import Outside
from tests.fakes.outages import FlakyDirectory
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.claiming import Peers
from voicebot.agents.stasis_app import StasisApp
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.model import ChannelId
from voicebot.calls.routing import LONGEST_DELAY_MS, Room

CALL, OTHER = "node1-1.1", "node1-1.2"
MAX_CALLS = 2
RACE_S = LONGEST_DELAY_MS / 1000


class Process:
    """One agent process; Asterisk does what it is asked, and tells so."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.ari = FakeAri()
        self.directory = FlakyDirectory()
        self.stopped = asyncio.Event()
        peers = Peers(self.directory, OWN, MAX_CALLS)
        self.app = StasisApp(self.ari, outside.services(), peers, most=Room(MAX_CALLS))
        outside.on_link = self._media_enters_stasis
        outside.control.on_hung_up = self._hung_up
        outside.control.on_left = self.left
        self.task = asyncio.create_task(self.app.run(self.stopped))

    def _media_enters_stasis(self, connection_id: str) -> None:
        call_id = connection_id.removeprefix("connection-")
        self.ari.starts(f"media-{call_id}", "media", call_id)

    def left(self, channel_id: ChannelId) -> None:
        self.ari.is_still_in_asterisk(FALLBACK_CONTEXT)
        self.ari.ends(channel_id)

    def _hung_up(self, channel_id: ChannelId, cause: int) -> None:
        self.ari.ends(channel_id)
        self.ari.destroys(channel_id, cause)

    async def is_offered(self, channel_id: str) -> None:
        """Until the race for it is over."""
        self.ari.broadcasts(channel_id)
        await passes(RACE_S)

    async def takes(self, *channel_ids: str) -> None:
        for channel_id in channel_ids:
            self.ari.starts(channel_id, "1000")
        await settle()

    async def stops(self) -> None:
        self.stopped.set()
        await settle()

    def assert_all_calls_are_open(self, *channel_ids: str) -> None:
        assert self.outside.control.bridges == {f"bridge-{item}" for item in channel_ids}
        assert self.app.calls == len(channel_ids)
