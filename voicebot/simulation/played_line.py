"""Who waits for the same slots, of one queue or of several?

Each queue has a line of its own, as in production; whoever is first of all of them is next.
"""

from collections.abc import Sequence
from math import inf

from voicebot.calls.model import CallId
from voicebot.queueing.model import Ahead, Place, QueueName
from voicebot.queueing.waiting_line import Ticket, WaitingLine


class PlayedLine:
    """Callers are numbers; a caller's queue is the number of one of `queues`."""

    def __init__(self, queues: Sequence[QueueName]) -> None:
        self._queues = queues
        self._lines = [WaitingLine(ticket_lease_s=inf) for _ in queues]

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines)

    def __contains__(self, number: int) -> bool:
        return any(CallId(str(number)) in line for line in self._lines)

    def join(self, queue: int, place: Place, now_s: float) -> None:
        self._lines[queue].renew(Ticket(place, CallId(str(place.number)), ""), now_s)

    def leave(self, number: int) -> bool:
        """False: did not wait."""
        return any(line.leave(CallId(str(number))) for line in self._lines)

    def head(self, now_s: float) -> Place | None:
        heads = [line.head(now_s) for line in self._lines]
        return min((head.place for head in heads if head is not None), default=None)

    def before(self, place: Place) -> Ahead:
        """How many come before this place, by queue."""
        lines = zip(self._queues, self._lines, strict=True)
        return Ahead([(queue, line.before(place)) for queue, line in lines])
