"""What do drivers need of the waiting lines and of the slots that callers wait for?

Like `ports`: each wait ends by its deadline at the latest, with SharedStateError.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallFacts, CallId, ChannelId
from voicebot.calls.orders import Presence
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import Degradation, DegradationChanged
from voicebot.capacity.slots import Occupancy
from voicebot.dialogue.business import Business
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import Ahead, Place, QueueName, Rank
from voicebot.queueing.wait_facts import WaitFact
from voicebot.queueing.waiting_line import Standing, Ticket
from voicebot.queueing.waiting_session import WaitingEvent


class WaitingLines(Protocol):
    """One line a queue, shared by all agents. `holder`: the agent that has the caller."""

    async def join(
        self, queue: QueueName, call_id: CallId, rank: Rank, arrived_at_s: float, *, holder: str
    ) -> Standing:
        """Whoever waits already keeps the place. The ticket lapses unless it is renewed."""

    async def renew(self, queue: QueueName, ticket: Ticket) -> Standing:
        """The caller still waits, also where the line was lost meanwhile."""

    async def renew_all(self, tickets: Sequence[tuple[QueueName, Ticket]]) -> Sequence[Standing]:
        """The same of many at once, in their order."""

    async def leave(self, queue: QueueName, call_id: CallId, *, holder: str | None = None) -> bool:
        """Admitted, hung up or gone elsewhere; False: did not wait, or for another holder.

        None as the holder is whoever it is.
        """

    async def rank_as(self, queue: QueueName, call_id: CallId, rank: Rank) -> Place | None:
        """Moves a caller up or down; None: does not wait."""

    async def pause(self, queue: QueueName, *, is_paused: bool) -> None:
        """Whether callers of this queue are kept waiting, whatever is free."""

    async def paused(self) -> AbstractSet[QueueName]: ...

    async def position(self, queue: QueueName, call_id: CallId) -> int | None:
        """1 is next; None: does not wait."""

    async def waiting(self, queue: QueueName) -> int: ...

    async def before(self, queues: Sequence[QueueName], rank: Rank, arrived_at_s: float) -> Ahead:
        """How many of these queues would come before somebody who joins now."""

    async def before_each(
        self, queues: Sequence[QueueName], places: Sequence[Place]
    ) -> Sequence[Ahead]:
        """How many of these queues come before each of these places."""

    async def claim(
        self, queues: Sequence[QueueName], *, holder: str | None
    ) -> tuple[QueueName, Ticket] | None:
        """Takes the first caller of all these queues in hand, until `leave` or for a moment.

        None: nobody waits, somebody is in hand, or the first is not this holder's (None: of any).
        """

    async def give_back(self, queues: Sequence[QueueName], call_id: CallId) -> None:
        """There was no slot after all: who is in hand waits on."""

    async def tell_change(self) -> None:
        """A slot came free: whoever stands first may look."""

    def changes(self) -> AsyncGenerator[None]:
        """At once, whenever another may have come to stand first, and now and then."""


class OwedCallbacks(Protocol):
    """Who is owed a call."""

    async def owed_to(self, business: str, number: str) -> Callback | None:
        """What is open for the caller's number. Raises StoreError."""


class Slots(Protocol):
    """The conversations that can be held at once, shared by all agents."""

    async def acquire(self, call_id: CallId) -> bool:
        """Whether there was one; a call that has one keeps it."""

    async def release(self, call_id: CallId) -> None:
        """Succeeds also where the call has none."""

    def hold(self, call_id: CallId) -> None:
        """The call talks in any case, and counts: where there is no slot, as one too many."""

    async def occupancy(self) -> Occupancy: ...

    async def set_capacity(self, count: int, *, believed_for_s: float) -> None:
        """How many there are, until told anew; after that, none."""


class WaitFacts(Protocol):
    """What happened to those who waited, the same for all processes."""

    async def tell(self, facts: Sequence[WaitFact], *, told_before: int) -> None:
        """For all that follow, this process among them.

        `told_before`: how many facts of this process come before these. So each has a number, and
        counts once, however often it is told.
        """

    def follow(self) -> AsyncGenerator[WaitFact]:
        """All that are kept, in their order, then each as it comes. After an error, on from there
        with the next call."""


class CallbackTimes(Protocol):
    """Which callbacks are to come. Raises StoreError."""

    async def due_in_s(self, at: datetime) -> Sequence[float]:
        """Those that do not stand in the line yet, soonest first."""


class AdmissionBook(Protocol):
    """What was decided about callers, and how they waited. Raises StoreError."""

    async def keep(self, admissions: Sequence[AdmissionRecord]) -> None:
        """In place of what was kept of the same ones before."""


class WorkerCensus(Protocol):
    """The workers that are ready."""

    async def conversations(self) -> Mapping[str, Sequence[int]]:
        """How many each of a stage's workers bears, for every stage."""


@dataclass(frozen=True, slots=True)
class CapacityView:
    """What one agent knows of what can be held."""

    max_talking: int  # conversations that it drives itself at most
    correction: float | None  # of what the workers bear; None before anything was seen


class CapacityBoard(Protocol):
    """Where agents agree who reckons the capacity for all of them."""

    async def report(self, view: CapacityView) -> Sequence[CapacityView] | None:
        """Returns what all told, own view included, to the one that reckons; None to others."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the workers can do now. `thinks_large` False: there are large models, and they fail."""

    hears: bool
    thinks: bool
    thinks_large: bool
    speaks: bool


class WorkersSeen(Protocol):
    """The workers, as one process sees them."""

    def abilities(self) -> Abilities: ...

    def breakers(self) -> Mapping[str, BreakerState]:
        """Of each queue that work goes to."""

    def queues_to_try(self) -> Collection[str]:
        """Queues of ready workers that failed, and may be tried again now."""


@dataclass(frozen=True, slots=True)
class AgentHealth:
    """How one agent does."""

    agent: str
    own: Degradation  # by what it sees itself
    step: Degradation  # by the others, too
    breakers: Mapping[str, BreakerState]  # those that are not closed


@dataclass(frozen=True, slots=True)
class SharedHealth:
    """How all agents do; `forced`: the step that an administrator wants."""

    agents: Sequence[AgentHealth]
    forced: Degradation | None


class HealthBoard(Protocol):
    """Where agents tell each other how they do."""

    async def exchange(self, health: AgentHealth) -> SharedHealth:
        """Tells the own, for a lease, and learns everybody's."""

    async def record(self, agent: str, changed: DegradationChanged, at: datetime) -> None:
        """For those who ask later what happened."""


class SpokenFiles(Protocol):
    """Sentences as files that Asterisk can play. Raises StoreError."""

    async def find(self, text: str, voice: str) -> tuple[str, float] | None:
        """Its media URI, and how many seconds it lasts; None: it was never kept."""

    async def keep(self, text: str, voice: str, audio: bytes, encoding: Encoding) -> None: ...


class WaitingControl(Protocol):
    """What is asked of Asterisk for a caller who waits. Raises AsteriskError."""

    async def answer(self, channel_id: ChannelId) -> None: ...

    async def start_music(self, channel_id: ChannelId, music: str) -> None: ...

    async def stop_music(self, channel_id: ChannelId) -> None: ...

    async def play(self, channel_id: ChannelId, playback_id: str, media: Sequence[str]) -> None:
        """Ends the music."""

    async def set_in_line(self, channel_id: ChannelId, *, is_in_line: bool) -> None:
        """Whether the caller waits on with another agent when this one is gone."""

    async def stop_playing(self, playback_id: str) -> None:
        """Succeeds also when it has ended."""

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None: ...


class SnoopControl(Protocol):
    """What is asked of Asterisk to hear a caller who waits. Raises AsteriskError."""

    async def snoop(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        """Opens a channel that hears what this caller says, and nothing that is played."""

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        """Succeeds also when the channel is already gone."""


class Listening(Protocol):
    """Hears what waiting callers say. Never an error, and never waited for."""

    def begin(
        self, facts: CallFacts, business: Business, tell: Callable[[WaitingEvent], None]
    ) -> asyncio.Event:
        """Set once it is known whether this caller is listened to for now."""

    def end(self, call_id: CallId) -> None:
        """The wait is over."""


class ListenControl(Protocol):
    """What is asked of Asterisk to hear a call. Raises AsteriskError."""

    async def listen(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        """Opens a channel that hears what this caller says, and what the caller hears."""

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        """Succeeds also when the channel is already gone."""


class SupervisorControl(Protocol):
    """What is asked of Asterisk to put a supervisor's phone on a call. Raises AsteriskError."""

    async def ring(self, extension: str, phone_id: ChannelId, ring_s: int) -> None:
        """Its StasisStart follows once it is answered, its end in any case."""

    async def make_bridge(self, bridge_id: BridgeId) -> None: ...

    async def seat(self, bridge_id: BridgeId, channel_id: ChannelId) -> None:
        """Puts a channel that is in Stasis in this bridge, and in no other."""

    async def attend(self, channel_id: ChannelId, snoop_id: ChannelId, presence: Presence) -> None:
        """Opens a channel that hears both sides of a call, and says what its own bridge says."""

    async def refuse(self, phone_id: ChannelId) -> None:
        """Tells by a tone that what was asked for by a key cannot be."""

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        """Succeeds also when the channel is already gone."""

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        """Succeeds also when the bridge is already gone."""


class HeardAudio(Protocol):
    """Where what is heard on a call goes. Raises SharedStateError."""

    async def publish(self, call_id: CallId, audio: bytes) -> bool:
        """Returns whether somebody listens still."""

    async def end(self, call_id: CallId) -> None:
        """Nothing follows."""
