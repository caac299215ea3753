"""What is known of waits, in memory: facts as told, and admissions as kept."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from voicebot.agents.admission_journal import AdmissionJournal
from voicebot.agents.clock import Clock
from voicebot.agents.wait_reckoner import WaitReckoner
from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError, StoreError
from voicebot.line_ports import Slots, WaitingLines
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName
from voicebot.queueing.wait_facts import WaitFact


class FakeWaitFacts:
    def __init__(self, kept: Sequence[WaitFact] = ()) -> None:
        self.told: list[WaitFact] = list(kept)
        self.is_away = False
        self.loses_answers = False
        self._numbers = 0
        self._seen = 0
        self._has_more = asyncio.Event()

    async def tell(self, facts: Sequence[WaitFact], *, told_before: int) -> None:
        if self.is_away:
            raise SharedStateError("away")
        self.told += facts[max(self._numbers - told_before, 0) :]
        self._numbers = max(self._numbers, told_before + len(facts))
        self._has_more.set()
        if self.loses_answers:
            raise SharedStateError("the answer was lost")

    def have(self, facts: Sequence[WaitFact]) -> None:
        """Others have told them."""
        self.told += facts
        self._has_more.set()

    async def follow(self) -> AsyncGenerator[WaitFact]:
        while True:
            while self._seen < len(self.told):
                self._seen += 1
                yield self.told[self._seen - 1]
            self._has_more.clear()
            await self._has_more.wait()

    def forget(self) -> None:
        """Whoever follows has learned from it all the same."""
        self.told.clear()
        self._seen = 0


class FakeAdmissions:
    def __init__(self) -> None:
        self.is_away = False
        self.kept: dict[tuple[CallId, datetime], AdmissionRecord] = {}

    async def keep(self, admissions: Sequence[AdmissionRecord]) -> None:
        if self.is_away:
            raise StoreError("away")
        self.kept |= {(each.call_id, each.judged_at): each for each in admissions}

    def of_call(self, call_id: str) -> list[AdmissionRecord]:
        return [each for each in self.kept.values() if each.call_id == call_id]


class FakeCallbackTimes:
    def __init__(self) -> None:
        self.due: list[float] = []

    async def due_in_s(self, at: datetime) -> Sequence[float]:
        return self.due


@dataclass
class FakeWaits:
    """What a reckoner is told and asks."""

    facts: FakeWaitFacts = field(default_factory=FakeWaitFacts)
    admissions: FakeAdmissions = field(default_factory=FakeAdmissions)
    callbacks: FakeCallbackTimes = field(default_factory=FakeCallbackTimes)

    def reckoner(
        self,
        lines: WaitingLines,
        slots: Slots,
        clock: Clock,
        queues: Callable[[], Sequence[QueueName]],
    ) -> WaitReckoner:
        journal = AdmissionJournal(self.admissions)
        return WaitReckoner(self.facts, lines, slots, self.callbacks, journal, clock, queues)
