"""What does the live floor look like to a program?"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import Field

from voicebot.calls.orders import Presence
from voicebot.panel.access import Account, Action, may
from voicebot.panel.api_content import Content
from voicebot.panel.floor import FloorCall
from voicebot.panel.floor_feed import Totals
from voicebot.panel.masking import masked
from voicebot.panel.service_health import AgentStanding


class LiveCallShown(Content):
    """A call that is going on; its caller's number is masked for whoever need not know it."""

    id: str
    caller_number: str
    called_number: str
    state: str
    since: datetime
    agent: str
    queue: str | None
    position: int | None
    waits_since: datetime | None
    told_s: Sequence[int] | None = Field(
        description="The whole wait that was announced, in seconds: shortest and longest."
    )
    speaker: str
    tier: str
    latency_ms: int | None

    @classmethod
    def of(cls, call: FloorCall, account: Account) -> "LiveCallShown":
        sees_private = may(account, Action.SEE_PRIVATE, call.scope)
        return cls(
            id=call.call_id,
            caller_number=call.caller if sees_private else masked(call.caller),
            called_number=call.did,
            state=call.state,
            since=_at(call.since_s),
            agent=call.agent,
            queue=call.queue or None,
            position=call.position,
            waits_since=None if call.waits_since_s is None else _at(call.waits_since_s),
            told_s=call.told_s,
            speaker=call.speaker.value,
            tier=call.tier,
            latency_ms=call.latency_ms,
        )


class AgentShown(Content):
    agent: str
    step: str
    cause: str
    failing: Sequence[str]
    is_draining: bool

    @classmethod
    def of(cls, agent: AgentStanding) -> "AgentShown":
        return cls(
            agent=agent.agent,
            step=agent.step,
            cause=agent.cause,
            failing=agent.failing,
            is_draining=agent.is_draining,
        )


class QueueShown(Content):
    """`id` is the queue's name with its DID."""

    id: str
    is_paused: bool
    waiting: int
    longest_since: datetime | None


class QueueList(Content):
    queues: Sequence[QueueShown]


class FloorShown(Content):
    """`is_live` false: Redis does not answer, and this is old. None: not known now."""

    is_live: bool
    slots_held: int | None
    slots: int | None
    step: str | None
    forced_step: str | None
    agents: Sequence[AgentShown]
    calls: Sequence[LiveCallShown]

    @classmethod
    def of(
        cls, calls: Sequence[FloorCall], totals: Totals, account: Account, *, is_live: bool
    ) -> "FloorShown":
        health = totals.health
        return cls(
            is_live=is_live,
            slots_held=totals.held,
            slots=totals.capacity,
            step=None if health is None else health.step,
            forced_step=None if health is None else health.forced or None,
            agents=[] if health is None else [AgentShown.of(one) for one in health.agents],
            calls=[
                LiveCallShown.of(one, account)
                for one in calls
                if may(account, Action.SEE_FLOOR, one.scope)
            ],
        )


def queues_shown(calls: Sequence[FloorCall], totals: Totals, account: Account) -> QueueList:
    """Those in which somebody has waited of late, or that are paused."""
    waits: dict[str, list[float]] = {}
    for call in calls:
        if call.waits_since_s is not None:
            waits.setdefault(call.queue, []).append(call.waits_since_s)
    return QueueList(
        queues=[
            QueueShown(
                id=queue,
                is_paused=is_paused,
                waiting=len(waits.get(queue, ())),
                longest_since=_at(min(waits[queue])) if queue in waits else None,
            )
            for queue, is_paused in totals.queues
            if may(account, Action.SEE_FLOOR, queue)
        ]
    )


class TargetShown(Content):
    id: str
    topic: str


class TargetList(Content):
    targets: Sequence[TargetShown]


class TransferWanted(Content):
    target: str = Field(min_length=1, max_length=200, description="As in the business file.")


class PresenceWanted(Content):
    """By the phone of the token's account."""

    presence: Presence


class StepWanted(Content):
    step: str = Field(
        max_length=50,
        examples=["cached-only"],
        description="full, small-models, cached-only, line-and-callbacks or people-only; "
        "auto: none is forced.",
    )


class OrderDone(Content):
    result: str


def _at(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
