"""How do all agents do, which step of service is forced, and what changed lately?

Each agent's word holds for a lease, so that one that died drags nobody down. Also for the command
line and for whoever shows it: `seen`, `force` and `changes`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import (
    Degradation,
    DegradationCause,
    DegradationChanged,
    name_of,
    of_all,
    step_named,
)
from voicebot.errors import DegradationStepUnknown
from voicebot.line_ports import AgentHealth, SharedHealth
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.script_texts import script
from voicebot.telemetry.logs import log_of

# Agents tell twice a second.
LEASE_S = 3.0
MAX_CHANGES = 1_000

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """What happened, to whom and when."""

    agent: str
    at: datetime
    changed: DegradationChanged


class RedisHealthBoard:
    """Fulfils `line_ports.HealthBoard`. Raises SharedStateError."""

    def __init__(self, connection: RedisConnection, *, lease_s: float = LEASE_S) -> None:
        self._connection = connection
        self._lease_ms = round(lease_s * 1000)
        self._exchange = connection.client.register_script(script("agents", "health"))

    async def exchange(self, health: AgentHealth) -> SharedHealth:
        """Tells the own, for a lease, and learns everybody's."""
        breakers = {queue: state.value for queue, state in health.breakers.items()}
        told = [health.agent, int(health.own), int(health.step), breakers]
        return await self._ask(health.agent, json.dumps(told))

    async def seen(self) -> SharedHealth:
        """How all do; tells nothing."""
        return await self._ask("", "")

    async def step(self) -> Degradation:
        """How much of the service most agents give, for whoever is none of them."""
        seen = await self.seen()
        return of_all([each.own for each in seen.agents], seen.forced)

    async def force(self, step: Degradation | None, *, for_s: float | None = None) -> None:
        """Every agent gives service at this step, until told otherwise or for so long.

        None: they see for themselves again.
        """
        client = self._connection.client
        if step is None:
            await self._connection.answer("force no step", client.delete(keys.DEGRADATION_FORCED))
            return
        lease_ms = None if for_s is None else max(1, round(for_s * 1000))
        setting = client.set(keys.DEGRADATION_FORCED, name_of(step), px=lease_ms)
        await self._connection.answer("force a step", setting)

    async def record(self, agent: str, changed: DegradationChanged, at: datetime) -> None:
        """Keeps the newest changes of all agents."""
        adding = self._connection.client.xadd(
            keys.DEGRADATION_CHANGES,
            {
                "agent": agent,
                "at": at.isoformat(),
                "before": name_of(changed.before),
                "now": name_of(changed.now),
                "cause": changed.cause.value,
            },
            maxlen=MAX_CHANGES,
            approximate=False,
        )
        await self._connection.answer("record a step", adding)

    async def changes(self, count: int) -> Sequence[RecordedChange]:
        """The newest, newest first."""
        asking = self._connection.client.xrevrange(keys.DEGRADATION_CHANGES, count=count)
        entries = await self._connection.answer("read steps", asking)
        return [_recorded(fields) for _, fields in entries]

    async def _ask(self, agent: str, told: str) -> SharedHealth:
        reply = self._exchange(
            keys=[keys.DEGRADATION_AGENTS, keys.DEGRADATION_FORCED],
            args=[agent, self._lease_ms, told],
        )
        forced, *entries = await self._connection.answer("exchange health", reply)
        agents = [each for each in map(_health, entries) if each is not None]
        return SharedHealth(sorted(agents, key=lambda each: each.agent), _forced(forced))


def _forced(name: str) -> Degradation | None:
    if not name:
        return None
    try:
        return step_named(name)
    except DegradationStepUnknown as error:
        # Not written by `force`. Callers are served as if nobody had said anything.
        log.error("degradation.forced_not_understood", code=error.code)
        return None


def _health(entry: str) -> AgentHealth | None:
    try:
        agent, own, step, breakers = json.loads(entry)
        states = {str(queue): BreakerState(state) for queue, state in breakers.items()}
        return AgentHealth(str(agent), Degradation(own), Degradation(step), states)
    except (ValueError, TypeError, AttributeError) as error:
        # An agent of another release: it counts for nothing here, and its lease ends.
        log.error("degradation.agent_not_understood", error=type(error).__name__)
        return None


def _recorded(fields: dict[str, str]) -> RecordedChange:
    changed = DegradationChanged(
        step_named(fields["before"]), step_named(fields["now"]), DegradationCause(fields["cause"])
    )
    return RecordedChange(fields["agent"], datetime.fromisoformat(fields["at"]), changed)
