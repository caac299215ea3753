"""Which supervisors' phones are on calls of this process, and what do they do?

Asterisk tells of it; what stands here is in the heartbeat, so that the guardian hangs up what a
dead process left behind.
"""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from voicebot.ari.decode import (
    AriEvent,
    ChannelDestroyed,
    ChannelDtmfReceived,
    Resynced,
    StasisEnd,
    StasisStart,
)
from voicebot.calls.model import ChannelId


@dataclass(slots=True)
class SupervisorPhone:
    """From its first ring to its end."""

    is_answered: bool = False
    is_gone: bool = False
    keys: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisors:
    def __init__(self) -> None:
        self._phones: dict[ChannelId, SupervisorPhone] = {}

    @property
    def open(self) -> frozenset[ChannelId]:
        return frozenset(self._phones)

    @contextmanager
    def opening(self, phone_id: ChannelId) -> Iterator[SupervisorPhone]:
        """While inside it is ours."""
        assert phone_id not in self._phones
        phone = self._phones[phone_id] = SupervisorPhone()
        try:
            yield phone
        finally:
            del self._phones[phone_id]

    def receive(self, event: AriEvent) -> None:
        """Events of all others are passed over."""
        if isinstance(event, Resynced):
            self._compare({channel.channel_id for channel in event.channels})
            return
        if not isinstance(event, StasisStart | StasisEnd | ChannelDestroyed | ChannelDtmfReceived):
            return
        phone = self._phones.get(event.channel.channel_id)
        if phone is None:
            return
        match event:
            case StasisStart():
                phone.is_answered = True
            case ChannelDtmfReceived(digit=digit):
                phone.keys.append(digit)
            case _:
                phone.is_gone = True
        phone.changed.set()

    def _compare(self, present: Collection[ChannelId]) -> None:
        """While nothing was told, who was there may have gone; who rings has a deadline."""
        for phone_id, phone in self._phones.items():
            if phone.is_answered and phone_id not in present:
                phone.is_gone = True
                phone.changed.set()
