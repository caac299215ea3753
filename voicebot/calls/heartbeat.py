"""How does an agent say which channels it drives?

As a user event through Asterisk: who is beside Asterisk hears it without Redis, database or
network, and an agent that cannot reach Asterisk is rightly not heard.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from voicebot.calls.model import ChannelId

# The guardian's own ARI application; no agent's, so no calls are offered to it.
GUARDIAN_APP = "guardian"
HEARTBEAT_EVENT = "heartbeat"
BEAT_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat: this agent lives, and drives these callers' and operators' channels."""

    agent: str
    channel_ids: frozenset[ChannelId]

    @classmethod
    def of(cls, agent: str, channel_ids: Iterable[ChannelId]) -> Self:
        return cls(agent, frozenset(channel_ids))

    def to_variables(self) -> Mapping[str, str]:
        return {"agent": self.agent, "calls": " ".join(sorted(self.channel_ids))}

    @classmethod
    def from_variables(cls, values: Mapping[str, str]) -> Self:
        """Raises KeyError when it is none."""
        return cls.of(values["agent"], map(ChannelId, values["calls"].split()))
