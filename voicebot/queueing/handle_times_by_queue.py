"""How long are slots held on average, until it is this caller's turn?

Queues that share slots hold them for different times. Whose conversations end until then: those of
callers who talk now, about as many as there are slots, then those of callers who wait ahead. Of
either, what counts is the mean of their queue, weighted by how many they are. Who talks now is told
by who began last; a queue of which too little was seen has the mean of all.
"""

from collections.abc import Sequence

from voicebot.queueing.handle_times import HandleTimes
from voicebot.queueing.model import QueueName


class HandleTimesByQueue:
    """Of all queues that share slots; None for a queue: the call came by none."""

    __slots__ = ("_all", "_by_queue", "_share")

    def __init__(self) -> None:
        self._all = HandleTimes()
        self._by_queue: dict[QueueName, HandleTimes] = {}
        self._share: dict[QueueName, float] = {}

    def began(self, queue: QueueName | None, slots: int) -> None:
        """A conversation, which counts until about so many others have begun."""
        weight = 1.0 / max(slots, 1)
        for other in self._share:
            self._share[other] *= 1.0 - weight
        if queue is not None:
            self._share[queue] = self._share.get(queue, 0.0) + weight

    def ended(self, queue: QueueName | None, handle_time_s: float) -> None:
        self._all.ended(handle_time_s)
        if queue is not None:
            self._by_queue.setdefault(queue, HandleTimes()).ended(handle_time_s)

    def expected_s(self, slots: int, ahead: Sequence[tuple[QueueName, int]] = ()) -> float | None:
        """`ahead`: how many wait before this caller, by queue. None: too little is known."""
        of_all_s = self._all.mean_s
        if of_all_s is None:
            return None
        weight = float(max(slots, 1))
        sum_s = weight * of_all_s
        for queue, share in self._share.items():
            sum_s += slots * share * (self._mean_s(queue, of_all_s) - of_all_s)
        for queue, count in ahead:
            weight += count
            sum_s += count * self._mean_s(queue, of_all_s)
        return sum_s / weight

    def _mean_s(self, queue: QueueName, of_all_s: float) -> float:
        times = self._by_queue.get(queue)
        mean_s = None if times is None else times.mean_s
        return of_all_s if mean_s is None else mean_s
