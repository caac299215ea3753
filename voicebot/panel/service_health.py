"""At which step of service are the agents, why, and what fails?

Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from voicebot.capacity.degradation import name_of, of_all
from voicebot.line_ports import SharedHealth
from voicebot.shared_state.health_board import RecordedChange


@dataclass(frozen=True, slots=True)
class AgentStanding:
    """One agent. `cause`: of its last change; "" where none is known."""

    agent: str
    step: str
    cause: str = ""
    failing: tuple[str, ...] = ()  # work whose breaker is not closed, with the breaker's state
    is_draining: bool = False


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """All of them. `step` is what most give; `forced`: "" when it is automatic."""

    step: str
    forced: str = ""
    agents: tuple[AgentStanding, ...] = ()


def service_health(
    seen: SharedHealth, changes: Sequence[RecordedChange], draining: Collection[str]
) -> ServiceHealth:
    """`changes`: the newest first."""
    causes: dict[str, str] = {}
    for change in changes:
        causes.setdefault(change.agent, change.changed.cause.value)
    return ServiceHealth(
        name_of(of_all([each.own for each in seen.agents], seen.forced)),
        "" if seen.forced is None else name_of(seen.forced),
        tuple(
            AgentStanding(
                each.agent,
                name_of(each.step),
                causes.get(each.agent, ""),
                tuple(f"{queue}: {state.value}" for queue, state in sorted(each.breakers.items())),
                each.agent in draining,
            )
            for each in seen.agents
        ),
    )
