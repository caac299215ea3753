"""What does a search among calls look like to a program?"""

from collections.abc import Sequence
from datetime import datetime

from voicebot.panel.api_content import Content, Number
from voicebot.panel.masking import masked
from voicebot.store.call_search import FoundCall


class FoundShown(Content):
    """A call that is over; its caller's number is masked for whoever need not know it."""

    id: str
    caller_number: str
    called_number: str
    direction: str
    handled_by: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    turns: int
    slowest_ms: int | None

    @classmethod
    def of(cls, call: FoundCall, *, sees_private: bool) -> "FoundShown":
        return cls(
            id=call.call_id,
            caller_number=call.caller if sees_private else masked(call.caller),
            called_number=call.did,
            direction=call.direction,
            handled_by=call.handled_by,
            outcome=call.outcome,
            started_at=call.started_at,
            ended_at=call.ended_at,
            turns=call.turns,
            slowest_ms=call.slowest_ms,
        )


class CallList(Content):
    """`next`: what `after` is to be for those that are older; None: there are none."""

    calls: Sequence[FoundShown]
    next: str | None


class CallerErased(Content):
    number: Number


class CallerForgotten(Content):
    """`failures`: files that could not be deleted; `lines`: of logs and CDRs, blotted."""

    calls: int
    messages: int
    callbacks: int
    files: int
    failures: int
    lines: int
