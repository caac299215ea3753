"""Redis and the database, which may be away."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.call_records import FakeCallRecords
from tests.fakes.shared_state import FakeAgentDirectory, FakeCallContexts, FakeCallEvents
from voicebot.calls.model import CallId, CallRecord
from voicebot.errors import SharedStateError, StoreError
from voicebot.ports import AgentLoad


class FlakyContexts(FakeCallContexts):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.saved: list[str] = []

    async def save(self, call_id: CallId, context: str) -> None:
        _require(not self.is_away)
        self.saved.append(context)
        await super().save(call_id, context)

    async def forget(self, call_id: CallId) -> None:
        _require(not self.is_away)
        await super().forget(call_id)


class FlakyEvents(FakeCallEvents):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.attempts = 0

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        self.attempts += 1
        _require(not self.is_away)
        await super().publish(call_id, name, fields)

    @property
    def names(self) -> list[str]:
        return [name for _, name, _ in self.published]


class FlakyDirectory(FakeAgentDirectory):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False

    async def announce(self, load: AgentLoad) -> None:
        _require(not self.is_away)
        await super().announce(load)

    async def withdraw(self, agent: str) -> None:
        _require(not self.is_away)
        await super().withdraw(agent)


class FlakyCallRecords(FakeCallRecords):
    """The database refuses the first `failures` records, and keeps each after that."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 0
        self.is_broken = False
        self.written: list[CallRecord] = []

    async def write(self, record: CallRecord) -> None:
        assert not self.is_broken, "a bug of the database's"
        if self.failures > 0:
            self.failures -= 1
            raise StoreError("the database is busy")
        self.written.append(record)
        await super().write(record)


def _require(is_there: bool) -> None:
    if not is_there:
        raise SharedStateError("Redis did not answer")
