"""Live shared state in memory; keeps the same contracts as Redis. Time is told to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.calls.model import CallId
from voicebot.ports import AgentLoad


class FakeCallContexts:
    def __init__(self) -> None:
        self.contexts: dict[CallId, str] = {}

    async def save(self, call_id: CallId, context: str) -> None:
        self.contexts[call_id] = context

    async def load(self, call_id: CallId) -> str | None:
        return self.contexts.get(call_id)

    async def kept(self) -> Sequence[CallId]:
        return list(self.contexts)

    async def forget(self, call_id: CallId) -> None:
        self.contexts.pop(call_id, None)


class FakeAgentDirectory:
    def __init__(self, *, lease_ms: int = 3_000) -> None:
        self.now_ms = 0
        self._lease_ms = lease_ms
        self._entries: dict[str, tuple[AgentLoad, int]] = {}

    async def announce(self, load: AgentLoad) -> None:
        self._entries[load.agent] = (load, self.now_ms + self._lease_ms)

    async def peers(self) -> Sequence[AgentLoad]:
        live = [load for load, ends_ms in self._entries.values() if self.now_ms < ends_ms]
        return sorted(live, key=lambda load: load.agent)

    async def withdraw(self, agent: str) -> None:
        self._entries.pop(agent, None)


class FakeCallEvents:
    def __init__(self) -> None:
        self.published: list[tuple[CallId, str, Mapping[str, Any]]] = []

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        self.published.append((call_id, name, dict(fields)))
