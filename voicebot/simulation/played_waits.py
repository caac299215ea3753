"""What were those told who wait, and what came true?

The estimator is told of every wait when it is known: of those who gave up, by the wait they would
have had.
"""

from dataclasses import dataclass

from voicebot.queueing.asterisk_average import AsteriskAverage
from voicebot.queueing.model import Place
from voicebot.queueing.slot_returns import SlotReturns
from voicebot.queueing.virtual_waits import VirtualWaits
from voicebot.queueing.wait_announcements import Promise, TellLonger, announce
from voicebot.queueing.wait_time import Outlook, WaitEstimate, WaitEstimator
from voicebot.simulation.counts import Counts, KnownWait
from voicebot.simulation.references import PastWaits

# Points of a plot; more would only make it slow.
_MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """When a caller began to wait, what ours said then, and what others would have said."""

    since_s: float
    is_counted: bool
    estimate: WaitEstimate | None
    asterisk_s: float
    past_s: tuple[float, float]


class PlayedWaits:
    """One queue's."""

    __slots__ = ("_asterisk", "_counts", "_past", "_virtual", "estimator", "promises", "returns")

    def __init__(self, counts: Counts) -> None:
        self.estimator = WaitEstimator()
        self.returns = SlotReturns()
        self.promises: dict[int, Promise | None] = {}  # by caller
        self._counts = counts
        self._asterisk = AsteriskAverage()
        self._past = PastWaits()
        self._virtual: VirtualWaits[Told] = VirtualWaits()

    def tell(self, outlook: Outlook, now_s: float, *, is_counted: bool) -> Told:
        estimate = self.estimator.estimate(outlook, now_s)
        asterisk_s = float(self._asterisk.hold_time_s)
        return Told(now_s, is_counted, estimate, asterisk_s, self._past.bounds_s())

    def tell_again(self, number: int, outlook: Outlook, now_s: float) -> None:
        """The first time, too."""
        estimate = self.estimator.estimate(outlook, now_s)
        said, self.promises[number] = announce(
            self.promises.get(number), estimate, slots=outlook.slots, now_s=now_s
        )
        self._counts.told += 1
        self._counts.told_longer += isinstance(said, TellLonger)

    def connected_at_once(self) -> None:
        self._asterisk.connected(0.0)

    def admitted(self, number: int, place: Place, told: Told, now_s: float) -> None:
        """It was this caller's turn."""
        self.promises.pop(number, None)
        waited_s = now_s - told.since_s
        self._asterisk.connected(waited_s)
        self.estimator.wait_ended(waited_s, gave_up=False)
        self.turn_of_callback(place, told, now_s)

    def turn_of_callback(self, place: Place, told: Told, now_s: float) -> None:
        """The same for one who had hung up meanwhile: a wait as estimated, without patience."""
        for _, of_another in self._virtual.admitted(place):
            self._known(of_another, now_s)
        self._known(told, now_s)

    def gave_up(self, number: int, place: Place, told: Told, now_s: float) -> None:
        self.promises.pop(number, None)
        self.estimator.wait_ended(now_s - told.since_s, gave_up=True)
        self._virtual.gave_up(place, told)

    def slot_left_free(self, now_s: float) -> None:
        for _, told in self._virtual.slot_left_free():
            self._known(told, now_s)

    def _known(self, told: Told, now_s: float) -> None:
        wait_s = now_s - told.since_s
        self._past.add(wait_s)
        estimate = told.estimate
        if estimate is None:
            return
        self.estimator.came_true(estimate, wait_s)
        if not told.is_counted:
            return
        counts = self._counts
        counts.estimates.add(estimate.point_s, estimate.low_s, estimate.high_s, wait_s)
        counts.asterisk.add(told.asterisk_s, told.asterisk_s, told.asterisk_s, wait_s)
        low_s, high_s = told.past_s
        counts.past_waits.add((low_s + high_s) / 2.0, low_s, high_s, wait_s)
        if len(counts.waits) < _MOST_POINTS:
            counts.waits.append(
                KnownWait(estimate.low_s, estimate.point_s, estimate.high_s, wait_s)
            )
