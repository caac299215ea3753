"""One queue of a scenario: its callers and slots, and what the decisions make of them.

Admission, the order of the line, estimates and announcements are those of `voicebot.queueing`; here
is only what the world does: people call, talk, hang up and answer their telephones; slots fail.
"""

from math import inf

import numpy as np

from voicebot.queueing.admission import (
    OfferCallback,
    Overflow,
    QueueRules,
    Reject,
    Situation,
    TalkNow,
    admit,
)
from voicebot.queueing.model import Place, QueueName, Rank
from voicebot.queueing.wait_time import Outlook
from voicebot.simulation.callers import Callers, draw
from voicebot.simulation.clock import Clock
from voicebot.simulation.counts import Counts, Fate, Sample
from voicebot.simulation.failures import changes_of
from voicebot.simulation.played_callbacks import PlayedCallbacks
from voicebot.simulation.played_capacity import LOOK_EVERY_S, PlayedCapacity
from voicebot.simulation.played_line import PlayedLine
from voicebot.simulation.played_slots import PlayedSlots
from voicebot.simulation.played_waits import PlayedWaits, Told
from voicebot.simulation.scenario import Callbacks, Scenario, SimulatedQueue

SAMPLE_EVERY_S = 60.0


class PlayedQueue:
    """Plans its own events on the clock."""

    def __init__(
        self, queue: SimulatedQueue, scenario: Scenario, clock: Clock, dice: np.random.Generator
    ) -> None:
        self.name = queue.name
        self.counts = Counts()
        self.slots = PlayedSlots(queue.slots, clock, scenario.warm_up_s, scenario.duration_s)
        self._capacity = PlayedCapacity(queue.slots, queue.machines, self.counts, dice)
        self._queue, self._scenario, self._clock, self._dice = queue, scenario, clock, dice
        self._rules = _rules(queue)
        self._callers: Callers = draw(queue, scenario.duration_s, dice)
        self._changes = changes_of(queue, scenario.duration_s, dice)
        self._fates = [Fate.UNSERVED] * len(self._callers.arrive_s)
        self._talking: dict[int, float] = {}  # since when
        self._rang_s: dict[int, float] = {}  # and how long before that the slot was held
        names = (queue.name, *(other.name for other in queue.sharing))
        self._names = [QueueName(name) for name in names]
        self._line = PlayedLine(self._names)
        self._told: dict[int, Told] = {}
        self._callbacks = PlayedCallbacks()
        self._waits = PlayedWaits(self.counts)
        if self._fates:
            clock.at(self._callers.arrive_s[0], self._arrived, 0)
        self._waits.returns.seen(queue.slots, 0.0)
        for index, change in enumerate(self._changes):
            clock.at(change.at_s, self._slots_changed, index)
        clock.at(0.0, self._sampled)
        if self._capacity.is_measured:
            clock.at(0.0, self._measured)

    def fates(self) -> dict[Fate, int]:
        """Of all who are counted."""
        seen = dict.fromkeys(Fate, 0)
        for number, fate in enumerate(self._fates):
            seen[fate] += self._is_counted(number)
        return seen

    def _arrived(self, number: int) -> None:
        callers, now_s = self._callers, self._clock.now_s
        if number + 1 < len(callers.arrive_s):
            self._clock.at(callers.arrive_s[number + 1], self._arrived, number + 1)
        place = self._place(number)
        self.counts.offered += self._is_counted(number)
        told, estimated_s, ahead = None, None, 0
        if self.slots.free <= 0 or len(self._line) or len(self._callbacks):
            outlook = self._outlook(place)
            ahead = outlook.ahead + outlook.callbacks_ahead
            told = self._waits.tell(outlook, now_s, is_counted=self._is_counted(number))
            estimated_s = None if told.estimate is None else told.estimate.point_s
        verdict = admit(
            self._rules,
            Situation(
                place.rank,
                True,
                self.slots.free,
                len(self._line),
                ahead,
                self._capacity.step,
                estimated_s,
            ),
        )
        if isinstance(verdict, TalkNow):
            self._waits.connected_at_once()
            self.slots.take()
            self._answered(number, now_s)
        elif isinstance(verdict, Overflow):
            self._fates[number] = Fate.OVERFLOWED
        elif isinstance(verdict, Reject):
            self._fates[number] = Fate.REJECTED
        elif isinstance(verdict, OfferCallback) and self._takes_callback(number):
            self._book(place, told)
        elif isinstance(verdict, OfferCallback) and not verdict.may_wait:
            self._fates[number] = Fate.REJECTED
        else:
            assert told is not None, "whoever has to wait finds no slot, or others"
            self._begins_to_wait(place, told)

    def _begins_to_wait(self, place: Place, told: Told) -> None:
        number, now_s = place.number, self._clock.now_s
        self.counts.waited += told.is_counted
        self._told[number] = told
        self._waits.estimator.joined(place.rank, now_s)
        self._line.join(self._callers.queues[number], place, now_s)
        patience_s = self._callers.patience_s[number]
        if patience_s < inf:
            self._clock.at(now_s + patience_s, self._lost_patience, number)
        if self._scenario.announce_every_s is not None:
            self._announced(number)

    def _lost_patience(self, number: int) -> None:
        if self._line.leave(number):
            self._fates[number] = Fate.ABANDONED
            told = self._told.pop(number)
            self._waits.gave_up(number, self._place(number), told, self._clock.now_s)

    def _announced(self, number: int) -> None:
        every_s, now_s = self._scenario.announce_every_s, self._clock.now_s
        if every_s is not None and number in self._line:
            self._waits.tell_again(number, self._outlook(self._place(number)), now_s)
            # Announcements end with the arrivals: without slots some would wait for ever.
            if now_s < self._scenario.duration_s:
                self._clock.at(now_s + every_s, self._announced, number)

    def _answered(self, number: int, arrived_s: float) -> None:
        """In this call."""
        now_s = self._clock.now_s
        if self._is_counted(number):
            self.counts.answered_wait_s += now_s - arrived_s
            self.counts.in_time += now_s - arrived_s <= self._scenario.within_s
        self._fates[number] = Fate.ANSWERED
        self._talks(number)

    def _talks(self, number: int) -> None:
        now_s = self._clock.now_s
        self._talking[number] = now_s
        self._waits.estimator.conversation_began(self._name_of(number), self.slots.slots)
        self._clock.at(now_s + self._callers.handle_time_s[number], self._hung_up, number)

    def _hung_up(self, number: int) -> None:
        since_s, now_s = self._talking.get(number), self._clock.now_s
        if since_s is None or since_s + self._callers.handle_time_s[number] != now_s:
            return  # that conversation was cut off before
        del self._talking[number]
        if number in self._callbacks:
            self._callbacks.served(number)
        self._gives_slot_back(number, now_s - since_s + self._rang_s.pop(number, 0.0))

    def _gives_slot_back(self, number: int, held_s: float) -> None:
        self.slots.give_back()
        self._waits.estimator.conversation_ended(held_s, self._name_of(number))
        self._serve()

    def _serve(self) -> None:
        """Whose turn is it?"""
        now_s = self._clock.now_s
        while self.slots.free > 0:
            head, owed = self._line.head(now_s), self._callbacks.head()
            if owed is not None and (head is None or owed < head):
                self._ring()
            elif head is not None:
                number = head.number
                self._line.leave(number)
                told = self._told.pop(number)
                self._waits.admitted(number, head, told, now_s)
                self.slots.take()
                self._answered(number, told.since_s)
            else:
                self._waits.slot_left_free(now_s)
                return

    def _book(self, place: Place, told: Told | None) -> None:
        number = place.number
        self.counts.callbacks_booked += self._is_counted(number)
        if told is not None:
            self._told[number] = told
        self._callbacks.book(place, self._callback_rules(place), self._clock.now_s)
        self._serve()

    def _ring(self) -> None:
        """The slot is held from here on."""
        now_s = self._clock.now_s
        place = self._callbacks.ring_head().place
        number = place.number
        told = self._told.pop(number, None)
        if told is not None:
            self._waits.turn_of_callback(place, told, now_s)
        self.slots.take()
        rules = self._callback_rules(place)
        self.counts.callback_attempts += self._is_counted(number)
        is_answered = self._dice.uniform() < rules.answered
        rung = self._talks_at_last if is_answered else self._not_reached
        self._clock.at(now_s + rules.rings_s, rung, number)

    def _talks_at_last(self, number: int) -> None:
        self._fates[number] = Fate.CALLED_BACK
        self._rang_s[number] = self._callback_rules(self._callbacks[number].place).rings_s
        self._callbacks.connected(number)
        self._talks(number)

    def _not_reached(self, number: int) -> None:
        rules = self._callback_rules(self._callbacks[number].place)
        again_at_s = self._callbacks.not_reached(number, rules, self._clock.now_s)
        self._rings_again(number, again_at_s)
        self._gives_slot_back(number, rules.rings_s)

    def _rings_again(self, number: int, at_s: float | None) -> None:
        if at_s is None:
            self._fates[number] = Fate.NOT_REACHED
        else:
            self._clock.at(at_s, self._due_again, number)

    def _due_again(self, number: int) -> None:
        self._callbacks.due_again(number)
        self._serve()

    def _slots_changed(self, index: int) -> None:
        change = self._changes[index]
        self._capacity.calibrated(change.slots)
        self._slots_become(self._capacity.slots)
        surplus = min(self.slots.busy - self.slots.slots, len(self._talking))
        if change.cuts_calls and surplus > 0:
            chosen = self._dice.choice(list(self._talking), surplus, replace=False)
            for number in chosen.tolist():
                self._cut_off(number)
        self._serve()

    def _slots_become(self, count: int) -> None:
        self.slots.become(count)
        self._waits.returns.seen(count, self._clock.now_s)

    def _cut_off(self, number: int) -> None:
        """A failure: rung back at once, before everybody else, to go on with the rest."""
        talked_s = self._clock.now_s - self._talking.pop(number)
        self._rang_s.pop(number, None)
        self._callers.handle_time_s[number] -= talked_s
        self.slots.give_back()
        self.counts.cut_off += self._is_counted(number)
        self._fates[number] = Fate.UNSERVED
        place = Place(Rank.DROPPED, self._callers.arrive_s[number], number)
        rules, now_s = self._callback_rules(place), self._clock.now_s
        if number in self._callbacks:
            self._rings_again(number, self._callbacks.broke(number, rules, now_s))
        else:
            self._callbacks.book(place, rules, now_s)

    def _measured(self, _: int) -> None:
        now_s = self._clock.now_s
        self._capacity.look(self.slots.busy, now_s)
        if self._capacity.slots != self.slots.slots:
            self._slots_become(self._capacity.slots)
            self._serve()
        if now_s < self._scenario.duration_s:
            self._clock.at(now_s + LOOK_EVERY_S, self._measured)

    def _sampled(self, _: int) -> None:
        now_s = self._clock.now_s
        self.counts.samples.append(
            Sample(now_s, self.slots.slots, self.slots.busy, len(self._line), len(self._callbacks))
        )
        if now_s < self._scenario.duration_s:
            self._clock.at(now_s + SAMPLE_EVERY_S, self._sampled)

    def _outlook(self, place: Place) -> Outlook:
        now_s = self._clock.now_s
        told = tuple(
            (change.at_s - now_s, change.slots)
            for change in self._queue.changes
            if change.at_s - change.foreseen_s <= now_s < change.at_s
        )
        ahead = self._line.before(place)
        return Outlook(
            ahead=ahead.total,
            slots=self.slots.slots,
            rank=place.rank,
            ahead_by_queue=ahead.by_queue,
            callbacks_ahead=self._callbacks.before(place),
            callbacks_due_in_s=self._callbacks.due_in_s(place, now_s),
            # What somebody knows goes before what was learned.
            changes=told or self._waits.returns.foreseen(now_s),
        )

    def _name_of(self, number: int) -> QueueName:
        return self._names[self._callers.queues[number]]

    def _place(self, number: int) -> Place:
        return Place(self._callers.ranks[number], self._callers.arrive_s[number], number)

    def _is_counted(self, number: int) -> bool:
        return self._callers.arrive_s[number] >= self._scenario.warm_up_s

    def _takes_callback(self, number: int) -> bool:
        callbacks = self._queue.callbacks
        return callbacks is not None and self._callers.dice[number] < callbacks.taken

    def _callback_rules(self, place: Place) -> Callbacks:
        callbacks = self._queue.callbacks
        is_dropped = place.rank is Rank.DROPPED
        return self._queue.dropped if is_dropped or callbacks is None else callbacks


def _rules(queue: SimulatedQueue) -> QueueRules:
    callbacks = queue.callbacks
    return QueueRules(
        max_waiting=queue.max_waiting,
        allows_callbacks=callbacks is not None,
        overflow_target="elsewhere" if queue.overflows else None,
        offer_callback_above_s=None if callbacks is None else callbacks.offered_above_s,
    )
