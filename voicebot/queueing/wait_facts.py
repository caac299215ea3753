"""What is told of waits, so that every process can learn the same from it?

Facts without caller: places, times, and how a wait ended. Each stands for itself, so that the
oldest may be forgotten. What is not understood, or cannot be true, is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from voicebot.errors import WaitFactNotUnderstood
from voicebot.queueing.model import Place, QueueName, Rank
from voicebot.queueing.wait_time import WaitEstimate

# Clocks of hosts differ by less; and what could not be told sooner is of today.
FUTURE_S: Final = 60.0
OLDEST_S: Final = 86_400.0

Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
# Epoch seconds, by the clock of whoever tells it.
AtS = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
Queue = Annotated[QueueName, Field(min_length=1, max_length=200)]


class WaitEnding(StrEnum):
    """How a wait ended."""

    ADMITTED = "admitted"
    GAVE_UP = "gave-up"
    CALLBACK = "callback"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller was told as the wait began, and what Asterisk's average was then."""

    point_s: Seconds
    low_s: Seconds
    high_s: Seconds
    model_s: Seconds
    average_s: Seconds

    @property
    def estimate(self) -> WaitEstimate:
        return WaitEstimate(self.point_s, self.low_s, self.high_s, self.model_s)


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody begins to wait."""

    rank: Rank
    at_s: AtS
    kind: Literal["joined"] = "joined"


@dataclass(frozen=True, slots=True)
class WaitOver:
    """Somebody waited so long, until `at_s`."""

    queue: Queue
    rank: Rank
    arrived_at_s: AtS
    number: Annotated[int, Field(ge=0)]
    waited_s: Seconds
    ended: WaitEnding
    told: Told | None  # None: the position alone
    at_s: AtS
    kind: Literal["wait-over"] = "wait-over"

    @property
    def place(self) -> Place:
        return Place(self.rank, self.arrived_at_s, self.number)


@dataclass(frozen=True, slots=True)
class TalkedAtOnce:
    """Nobody waited, and there was a slot."""

    at_s: AtS
    queue: Queue | None = None  # None: not told
    kind: Literal["talked-at-once"] = "talked-at-once"


@dataclass(frozen=True, slots=True)
class SlotLeftFree:
    """Nobody waits, and there is a slot."""

    at_s: AtS
    kind: Literal["slot-left-free"] = "slot-left-free"


@dataclass(frozen=True, slots=True)
class ConversationOver:
    """From the slot taken to the slot free."""

    handle_time_s: Seconds
    at_s: AtS
    queue: Queue | None = None  # None: the call came by none, or by another process
    kind: Literal["conversation-over"] = "conversation-over"


@dataclass(frozen=True, slots=True)
class SlotsChanged:
    """From now on there are so many, which is no small change."""

    slots: Annotated[int, Field(ge=0, le=10_000_000)]
    at_s: AtS
    kind: Literal["slots-changed"] = "slots-changed"


WaitFact = Joined | WaitOver | TalkedAtOnce | SlotLeftFree | ConversationOver | SlotsChanged

_FACTS: TypeAdapter[WaitFact] = TypeAdapter(Annotated[WaitFact, Field(discriminator="kind")])


def written(fact: WaitFact) -> str:
    return _FACTS.dump_json(fact).decode()


def read(text: str, kept_at_s: float) -> WaitFact:
    """Of a fact that was kept then; raises WaitFactNotUnderstood."""
    try:
        fact = _FACTS.validate_json(text)
    except ValidationError as error:
        raise WaitFactNotUnderstood("not a fact of a wait") from error
    if not kept_at_s - OLDEST_S <= fact.at_s <= kept_at_s + FUTURE_S:
        raise WaitFactNotUnderstood("of another time")
    if isinstance(fact, WaitOver) and fact.told is not None:
        told = fact.told
        if not told.low_s <= told.high_s:
            raise WaitFactNotUnderstood("a range that ends before it begins")
    return fact
