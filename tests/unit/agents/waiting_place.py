"""A waiting room with all that it needs, and callers to come in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.sample_business import CONTENT
from tests.fakes.virtual_time import settle
from tests.fakes.waiting_control import FakeSpokenFiles, FakeWaitingControl
from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.fakes.waits import FakeWaits
from voicebot.agents.announcing import Announcer
from voicebot.agents.waiting_caller import WaitingServices
from voicebot.agents.waiting_room import BETWEEN_LOOKS_S, WaitingRoom
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueuePhrases
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import QueueName
from voicebot.queueing.queue_names import queue_names
from voicebot.queueing.waiting_session import KEY_EVERY_S

SAID = QueuePhrases()
VIP = "+12025550100"


class Place:
    """A room with slots, and who is in it."""

    def __init__(self, slots: int, **queue: Any) -> None:
        content = {**CONTENT, "queues": [{"name": "main", "vip_numbers": [VIP], **queue}]}
        self.business = Business.model_validate(content)
        self.outside = Outside(business=self.business)
        self.lines, self.slots = FakeWaitingLines(ticket_lease_s=1e9), FakeSlots(slots)
        self.control = FakeWaitingControl()
        services = self.outside.services()
        self.waits = FakeWaits()
        self.room = WaitingRoom(
            self.lines,
            self.slots,
            WaitingServices(
                self.control,
                Announcer(FakeSpokenFiles(), self.outside.synthesizer),
                self.outside.messages,
                services.clock,
                owed=self,
            ),
            self.waits.reckoner(
                self.lines, self.slots, services.clock, lambda: queue_names([self.business])
            ),
            agent="a1",
            businesses=lambda: [self.business],
            degradation_step=lambda: self.step,
        )
        self.step = 0
        self.owed: Callback | None = None
        self.running = asyncio.create_task(self.room.run())
        self.noted: list[tuple[str, dict[str, Any]]] = []
        self.told: dict[str, list[on.CallEvent]] = {}
        self.stays: dict[str, asyncio.Task[None]] = {}

    async def arrives(
        self, name: str, number: str = "+12025550123", *, since: datetime | None = None
    ) -> list[on.CallEvent]:
        facts = CallFacts(CallId(name), ChannelId(name), number, "1000", "ulaw")
        told = self.told[name] = []
        stay = self.room.admit(facts, self.business, told.append, self._note, since)
        self.stays[name] = asyncio.create_task(stay)
        await settle()
        return told

    def _note(self, name: str, **fields: Any) -> None:
        self.noted.append((name, fields))

    async def owed_to(self, business: str, number: str) -> Callback | None:
        return self.owed

    async def goes(self, name: str) -> None:
        await self.room.left(CallId(name))
        await asyncio.sleep(2 * BETWEEN_LOOKS_S)
        await settle()

    async def presses(self, name: str, keys: str) -> None:
        for key in keys:
            self.room.press(CallId(name), key)
            await asyncio.sleep(2 * KEY_EVERY_S)

    @property
    def queue(self) -> QueueName:
        return QueueName("main@1000")

    async def close(self) -> None:
        for task in (self.running, *self.stays.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    place = Place(slots=1)
    yield place
    await place.close()
