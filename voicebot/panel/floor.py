"""What is happening on the floor now, and what has changed since it was asked last?

Pure. Folds what is seen of calls (their contexts, their events, the waiting lines) into one row a
call. A call that has ended stays away, whatever is seen of it late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from voicebot.calls.model import CallId

# What is seen late of a call is seen within seconds.
_ENDED_KEPT: Final = 10_000


class Speaker(StrEnum):
    """Who speaks now."""

    NOBODY = "nobody"
    CALLER = "caller"
    AGENT = "agent"
    THINKING = "thinking"


SPEAKER_IN: Final[Mapping[str, Speaker]] = {
    "hearing": Speaker.CALLER,
    "keying": Speaker.CALLER,
    "understanding": Speaker.THINKING,
    "speaking": Speaker.AGENT,
    "closing": Speaker.AGENT,
}
_GONE: Final = frozenset({"clearing", "leaving", "ended"})


@dataclass(frozen=True, slots=True)
class FloorCall:
    """One call as it is seen. `since_s`, `waits_since_s`: epoch seconds."""

    call_id: CallId
    caller: str  # private
    did: str
    state: str
    since_s: float
    agent: str
    queue: str = ""  # the one it waits or waited in
    position: int | None = None  # in the line; None: does not wait
    waits_since_s: float | None = None
    told_s: tuple[int, int] | None = None  # the whole wait that was announced, shortest and longest
    speaker: Speaker = Speaker.NOBODY
    tier: str = ""
    latency_ms: int | None = None

    @property
    def scope(self) -> str:
        """What `access.may` is asked about."""
        return self.queue or f"@{self.did}"


@dataclass(frozen=True, slots=True)
class InLine:
    """One place in a line."""

    call_id: CallId
    position: int
    since_s: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Since the last time: rows that are new or other than they were, and those that are gone."""

    rows: tuple[FloorCall, ...] = ()
    gone: tuple[CallId, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What events tell and contexts do not."""

    tier: str = ""
    latency_ms: int | None = None


class Floor:
    """All calls that are up."""

    def __init__(self) -> None:
        self._calls: dict[CallId, FloorCall] = {}
        self._told: dict[CallId, FloorCall] = {}
        self._changed: set[CallId] = set()
        self._turns: dict[CallId, _Turn] = {}
        self._announced: dict[CallId, tuple[int, int]] = {}
        self._lines: dict[str, dict[CallId, InLine]] = {}
        self._ended: dict[CallId, None] = {}

    @property
    def calls(self) -> Sequence[FloorCall]:
        return tuple(self._calls.values())

    @property
    def told(self) -> Sequence[FloorCall]:
        """As of the last time that changes were asked for: what comes next fits behind it."""
        return tuple(self._told.values())

    def knows(self, call_id: CallId) -> bool:
        return call_id in self._calls

    def see_event(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        """One event of a call."""
        match name:
            case "call.media_up":
                self._ended.pop(call_id, None)  # it may come back from the dialplan
            case "call.ended" | "call.left":
                self._end(call_id)
            case "caller.speaking":
                self._change(call_id, speaker=Speaker.CALLER)
            case "turn.over":
                turn = _turn(fields)
                if call_id not in self._ended:
                    self._turns[call_id] = turn
                self._change(
                    call_id,
                    speaker=Speaker.NOBODY,
                    tier=turn.tier,
                    latency_ms=turn.latency_ms,
                )
            case "wait.told":
                self._announce(call_id, fields)
            case _:
                pass

    def see_call(self, call: FloorCall | None, call_id: CallId) -> None:
        """What its context says now; None: it has none any more."""
        if call is None or call.state in _GONE:
            self._forget(call_id)
            return
        if call_id in self._ended:
            return
        turn = self._turns.get(call_id, _Turn())
        before = self._calls.get(call_id)
        seen = replace(
            call,
            queue=before.queue if before is not None else "",
            tier=turn.tier,
            latency_ms=turn.latency_ms,
            told_s=self._announced.get(call_id),
        )
        self._put(self._placed(seen))

    def see_line(self, queue: str, line: Iterable[InLine]) -> None:
        """Who waits in a queue now, all of them."""
        before = self._lines.get(queue, {})
        now = self._lines[queue] = {one.call_id: one for one in line}
        for call_id in before.keys() | now.keys():
            if (call := self._calls.get(call_id)) is not None:
                self._put(self._placed(call))

    def changes(self) -> Changes:
        """Since the last time that this was asked."""
        rows = []
        gone = []
        for call_id in sorted(self._changed):
            now, told = self._calls.get(call_id), self._told.get(call_id)
            if now is None:
                if self._told.pop(call_id, None) is not None:
                    gone.append(call_id)
            elif now != told:
                self._told[call_id] = now
                rows.append(now)
        self._changed.clear()
        return Changes(tuple(rows), tuple(gone))

    def _announce(self, call_id: CallId, fields: Mapping[str, Any]) -> None:
        low_s, high_s = fields.get("low_s"), fields.get("high_s")
        if isinstance(low_s, int) and isinstance(high_s, int) and call_id not in self._ended:
            self._announced[call_id] = low_s, high_s
            self._change(call_id, told_s=(low_s, high_s))

    def _placed(self, call: FloorCall) -> FloorCall:
        for queue, line in self._lines.items():
            if (place := line.get(call.call_id)) is not None:
                return replace(
                    call, queue=queue, position=place.position, waits_since_s=place.since_s
                )
        return replace(call, position=None, waits_since_s=None)

    def _change(self, call_id: CallId, **changed: Any) -> None:
        if (call := self._calls.get(call_id)) is not None:
            self._put(replace(call, **changed))

    def _put(self, call: FloorCall) -> None:
        self._calls[call.call_id] = call
        self._changed.add(call.call_id)

    def _end(self, call_id: CallId) -> None:
        self._ended[call_id] = None
        if len(self._ended) > _ENDED_KEPT:
            self._ended.pop(next(iter(self._ended)))
        self._forget(call_id)

    def _forget(self, call_id: CallId) -> None:
        self._turns.pop(call_id, None)
        self._announced.pop(call_id, None)
        if self._calls.pop(call_id, None) is not None:
            self._changed.add(call_id)


def _turn(fields: Mapping[str, Any]) -> _Turn:
    route, timings = fields.get("route"), fields.get("timings")
    tier = route.get("tier", "") if isinstance(route, dict) else ""
    total = timings.get("total_ms") if isinstance(timings, dict) else None
    return _Turn(str(tier), total if isinstance(total, int) else None)
