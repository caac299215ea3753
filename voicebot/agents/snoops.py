"""Which snoop channels has this process open, and are they ready?

Asterisk tells of each part's entry into Stasis; only then may the two be bridged. What stands here
is in the heartbeat, so that the guardian hangs up what a dead process left behind.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from voicebot.calls.asterisk_names import media_channel_of
from voicebot.calls.model import ChannelId


class Snoops:
    def __init__(self) -> None:
        self._ready: dict[ChannelId, asyncio.Event] = {}
        self._missing: dict[ChannelId, set[ChannelId]] = {}

    @property
    def open(self) -> frozenset[ChannelId]:
        return frozenset(self._ready)

    @contextmanager
    def opening(self, snoop_id: ChannelId, *, has_media: bool = True) -> Iterator[asyncio.Event]:
        """While inside it is ours; set once it, and its media channel, are in Stasis."""
        assert snoop_id not in self._ready
        ready = self._ready[snoop_id] = asyncio.Event()
        self._missing[snoop_id] = {snoop_id}
        if has_media:
            self._missing[snoop_id].add(media_channel_of(snoop_id))
        try:
            yield ready
        finally:
            del self._ready[snoop_id], self._missing[snoop_id]

    def entered(self, part_id: ChannelId, snoop_id: ChannelId) -> None:
        """A part of it is in Stasis; others' parts are none of ours."""
        if snoop_id not in self._ready:
            return
        self._missing[snoop_id].discard(part_id)
        if not self._missing[snoop_id]:
            self._ready[snoop_id].set()
