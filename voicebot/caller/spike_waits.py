"""How near did what each waiting caller was told come to the wait that the caller had?

Pure. The wait is by ear: from the answer to the agent's greeting. Whoever left the line is judged
by the wait that there would have been: until somebody behind was let in, the own callback rang, or
a slot stayed free. Beside it, what Asterisk's own averaging would have said, having seen the same
run from its beginning. Times are seconds of the machine's one monotonic clock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from voicebot.caller.crowd import CrowdCall
from voicebot.caller.spike_accounts import BOTH_KEYS
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.asterisk_average import AsteriskAverage
from voicebot.queueing.model import Place
from voicebot.queueing.virtual_waits import VirtualWaits
from voicebot.queueing.wait_accuracy import WaitAccuracy


@dataclass(frozen=True, slots=True)
class ToldWait:
    """What one caller was told as the wait began, and what became of it."""

    number: str
    position: int | None
    low_s: float | None  # None: the position alone
    high_s: float | None
    point_s: float | None
    average_s: float  # what Asterisk would have said
    wait_s: float
    is_served: bool  # else the wait is the one that there would have been


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """Of those who were told a time; waits of one run share their luck."""

    waits: int
    rmse_s: float
    average_rmse_s: float  # of Asterisk's averaging, for the same waits
    bias_s: float  # positive: callers waited longer than was said
    coverage: float
    interval_score_s: float

    @property
    def percent_of_average(self) -> int | None:
        """The error, beside that of Asterisk's averaging."""
        return round(100 * self.rmse_s / self.average_rmse_s) if self.average_rmse_s else None


class _Kind(IntEnum):
    """In this order, of what happens at the same moment."""

    FREED = 0
    TAKEN_AT_ONCE = 1
    GREETED = 2
    RUNG = 3
    LEFT = 4
    JOINED = 5


_Happening = tuple[float, _Kind, str]


def told_waits(
    crowd: Sequence[CrowdCall],
    admissions: Mapping[str, AdmissionRecord],
    greeted: Mapping[str, float],
    rung_back: Sequence[CrowdCall],
    freed_at_s: Sequence[float],
    taken_at_once_s: Sequence[float],
) -> list[ToldWait]:
    """Of each whose wait is known; the waits of a run that ends too early are not.

    `admissions`, `greeted`: by the caller's number.
    """
    calls = {call.number: call for call in crowd if call.number in admissions}
    happenings = sorted(
        (
            *((at_s, _Kind.FREED, "") for at_s in freed_at_s),
            *((at_s, _Kind.TAKEN_AT_ONCE, "") for at_s in taken_at_once_s),
            *_of_crowd(calls, greeted),
            *((one.rang_at_s, _Kind.RUNG, one.rung_for) for one in rung_back),
        )
    )
    run = _Run(calls, admissions)
    return [told for happening in happenings for told in run.fold(*happening)]


def wait_figures(waits: Collection[ToldWait]) -> WaitFigures | None:
    """None: nobody was told a time."""
    ours, average = WaitAccuracy(), WaitAccuracy()
    for told in waits:
        if told.point_s is None or told.low_s is None or told.high_s is None:
            continue
        ours.add(told.point_s, told.low_s, told.high_s, told.wait_s)
        average.add(told.average_s, told.average_s, told.average_s, told.wait_s)
    if not ours.count:
        return None
    figures = (ours.rmse_s, average.rmse_s, ours.bias_s, ours.coverage, ours.interval_score_s)
    return WaitFigures(ours.count, *(figure for figure in figures if figure is not None))


def _of_crowd(calls: Mapping[str, CrowdCall], greeted: Mapping[str, float]) -> Iterator[_Happening]:
    for number, call in calls.items():
        if call.answered_at_s is None:
            continue
        yield call.answered_at_s, _Kind.JOINED, number
        if number in greeted:
            yield greeted[number], _Kind.GREETED, number
        elif call.ended_at_s is not None:
            yield call.ended_at_s, _Kind.LEFT, number


class _Run:
    """What has happened so far."""

    def __init__(
        self, calls: Mapping[str, CrowdCall], admissions: Mapping[str, AdmissionRecord]
    ) -> None:
        self._calls = calls
        self._admissions = admissions
        self._average = AsteriskAverage()
        self._average_s: dict[str, float] = {}  # as told to each
        self._waiting: set[str] = set()
        self._owed: set[str] = set()
        self._gone: VirtualWaits[str] = VirtualWaits()
        order = sorted(calls, key=lambda number: admissions[number].judged_at)
        self._numbers = {number: index for index, number in enumerate(order)}

    def fold(self, at_s: float, kind: _Kind, number: str) -> Iterator[ToldWait]:
        match kind:
            case _Kind.JOINED:
                self._average_s[number] = float(self._average.hold_time_s)
                self._waiting.add(number)
            case _Kind.TAKEN_AT_ONCE:
                self._average.connected(0.0)
                yield from self._came_to_all(at_s)
            case _Kind.FREED if not self._waiting and not self._owed:
                yield from self._came_to_all(at_s)
            case _Kind.GREETED:
                self._waiting.discard(number)
                yield from self._came_to_those_before(number, at_s)
                told = self._told(number, at_s, is_served=True)
                self._average.connected(told.wait_s)
                yield told
            case _Kind.RUNG if number in self._owed:
                self._owed.discard(number)
                yield from self._came_to_those_before(number, at_s, and_to_the_same=True)
            case _Kind.LEFT:
                self._waiting.discard(number)
                if self._calls[number].keys_pressed == BOTH_KEYS:
                    self._owed.add(number)
                self._gone.gave_up(self._place(number), number)
            case _:
                pass  # a slot for somebody who waits; a second attempt to ring

    def _place(self, number: str, *, behind: bool = False) -> Place:
        """`behind`: right behind this caller, before the next one."""
        admission = self._admissions[number]
        order = 2 * self._numbers[number] + behind
        return Place(admission.rank, admission.judged_at.timestamp(), order)

    def _came_to_those_before(
        self, number: str, at_s: float, *, and_to_the_same: bool = False
    ) -> Iterator[ToldWait]:
        for _, gone in self._gone.admitted(self._place(number, behind=and_to_the_same)):
            yield self._told(gone, at_s, is_served=False)

    def _came_to_all(self, at_s: float) -> Iterator[ToldWait]:
        for _, gone in self._gone.slot_left_free():
            yield self._told(gone, at_s, is_served=False)

    def _told(self, number: str, at_s: float, *, is_served: bool) -> ToldWait:
        told, answered_at_s = self._admissions[number], self._calls[number].answered_at_s
        assert answered_at_s is not None  # has joined
        return ToldWait(
            number,
            told.position,
            told.told_low_s,
            told.told_high_s,
            told.told_point_s,
            self._average_s[number],
            max(at_s - answered_at_s, 0.0),
            is_served,
        )
