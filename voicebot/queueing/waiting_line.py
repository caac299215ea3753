"""Who waits in a queue, in which order, and who is just being admitted?

Kept in order of place. A caller's ticket lapses unless it is renewed, so that nobody who is gone
stands before the others for long; whoever renews shows the ticket, so that a line that was lost
becomes the same line again. The head is claimed on a lease: while one is being admitted nobody
overtakes, and an admitter that dies loses nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sortedcontainers import SortedList

from voicebot.calls.model import CallId
from voicebot.queueing.model import Place, Rank

TICKET_LEASE_S = 10.0
CLAIM_LEASE_S = 1.0


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """One caller's place in a line, and who looks after the caller meanwhile."""

    place: Place
    call_id: CallId
    holder: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket that is good, and where it stands right now; 1 is next."""

    ticket: Ticket
    position: int


@dataclass(frozen=True, slots=True)
class _Claim:
    call_id: CallId
    until_s: float


class WaitingLine:
    """One queue's callers. `now_s` is any one clock, the same in all calls."""

    def __init__(
        self, *, ticket_lease_s: float = TICKET_LEASE_S, claim_lease_s: float = CLAIM_LEASE_S
    ) -> None:
        self._ticket_lease_s = ticket_lease_s
        self._claim_lease_s = claim_lease_s
        self._order: SortedList[Ticket] = SortedList()
        self._tickets: dict[CallId, Ticket] = {}
        # In order of their ends: renewing is what everybody does all the time.
        self._ends: SortedList[tuple[float, CallId]] = SortedList()
        self._ends_of: dict[CallId, float] = {}
        self._last_number = 0
        self._claim: _Claim | None = None

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._tickets

    def join(
        self, call_id: CallId, rank: Rank, arrived_at_s: float, *, holder: str, now_s: float
    ) -> Place:
        """Whoever waits already keeps the place."""
        known = self._tickets.get(call_id)
        if known is not None:
            return self.renew(replace(known, holder=holder), now_s)
        number = self._last_number + 1
        return self.renew(Ticket(Place(rank, arrived_at_s, number), call_id, holder), now_s)

    def renew(self, ticket: Ticket, now_s: float) -> Place:
        """The caller still waits: at the place that the line knows, or else at the ticket's."""
        known = self._tickets.get(ticket.call_id)
        if known is not None:
            ticket = replace(ticket, place=known.place)
            self._remove(ticket.call_id)
        self._last_number = max(self._last_number, ticket.place.number)
        self._order.add(ticket)
        self._tickets[ticket.call_id] = ticket
        self._ends_of[ticket.call_id] = ends_s = now_s + self._ticket_lease_s
        self._ends.add((ends_s, ticket.call_id))
        return ticket.place

    def leave(self, call_id: CallId, holder: str | None = None) -> bool:
        """Admitted, hung up or gone elsewhere; False: did not wait, or for another holder."""
        ticket = self._tickets.get(call_id)
        if ticket is not None and holder not in (None, ticket.holder):
            return False
        if self._claim is not None and self._claim.call_id == call_id:
            self._claim = None
        return self._remove(call_id)

    def rank_as(self, call_id: CallId, rank: Rank) -> Place | None:
        """Moves a caller up or down, who keeps the arrival; None: does not wait."""
        ticket = self._tickets.get(call_id)
        if ticket is None:
            return None
        moved = replace(ticket, place=replace(ticket.place, rank=rank))
        self._order.remove(ticket)
        self._order.add(moved)
        self._tickets[call_id] = moved
        return moved.place

    def position(self, call_id: CallId) -> int | None:
        """1 is next; None: does not wait."""
        ticket = self._tickets.get(call_id)
        return None if ticket is None else self._order.index(ticket) + 1

    def before(self, place: Place) -> int:
        """How many come before this place."""
        return self._order.bisect_left(Ticket(place, CallId(""), ""))

    def head(self, now_s: float) -> Ticket | None:
        """Who is next, of those whose tickets are good."""
        self.drop_lapsed(now_s)
        return self._order[0] if self._order else None

    def claim(self, holder: str | None, now_s: float) -> Ticket | None:
        """Takes the head in hand, who keeps the place until `leave`, or until the lease ends.

        None: nobody waits, somebody is in hand, or the head is not this holder's. None as the
        holder claims whoever it is.
        """
        if self.is_claimed(now_s):
            return None
        head = self.head(now_s)
        if head is None or holder not in (None, head.holder):
            return None
        self._claim = _Claim(head.call_id, now_s + self._claim_lease_s)
        return head

    def is_claimed(self, now_s: float) -> bool:
        """Whether somebody is being admitted."""
        return self._claim is not None and now_s < self._claim.until_s

    def give_back(self, call_id: CallId) -> None:
        """There was no slot after all: the head waits on."""
        if self._claim is not None and self._claim.call_id == call_id:
            self._claim = None

    def drop_lapsed(self, now_s: float) -> Sequence[CallId]:
        """Whom nobody has renewed in time; they are gone from the line."""
        lapsed: list[CallId] = []
        while self._ends and self._ends[0][0] <= now_s:
            lapsed.append(self._ends[0][1])
            self.leave(lapsed[-1])
        return lapsed

    def _remove(self, call_id: CallId) -> bool:
        ticket = self._tickets.pop(call_id, None)
        if ticket is None:
            return False
        self._order.remove(ticket)
        self._ends.remove((self._ends_of.pop(call_id), call_id))
        return True
