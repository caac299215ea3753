"""Which spans of a trace does a call leave, once it is over?

Pure. The ids of a call's trace follow from the call's id, so that whoever works for the call can
join the trace while the call still lasts, and an agent that takes it over tells the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from voicebot.calls.model import CallId, CallRecord, TurnRecord

STAGES = ("endpointing", "recognition", "retrieval", "first_phrase", "synthesis")


@dataclass(frozen=True, slots=True)
class CallSpan:
    """Something that took time, and what it was part of."""

    name: str
    begun_at: datetime
    ended_at: datetime
    attributes: Mapping[str, str | int | bool]
    parts: Sequence["CallSpan"] = ()


def trace_id_of(call_id: CallId) -> int:
    return int.from_bytes(sha256(f"trace:{call_id}".encode()).digest()[:16]) or 1


def root_span_id_of(call_id: CallId) -> int:
    return int.from_bytes(sha256(f"span:{call_id}".encode()).digest()[:8]) or 1


def span_of(record: CallRecord) -> CallSpan:
    """The call with its turns; nothing of what was said, nobody's number."""
    return CallSpan(
        "call",
        record.started_at,
        record.ended_at,
        {
            "voicebot.call_id": record.facts.call_id,
            "voicebot.direction": record.facts.direction.value,
            "voicebot.outcome": record.outcome.value,
            "voicebot.handled_by": record.handled_by.value,
            "voicebot.hangup_cause": record.hangup_cause,
        },
        tuple(_turn(turn) for turn in record.turns),
    )


def _turn(turn: TurnRecord) -> CallSpan:
    """From the caller's last speech on; its stages one after the other, as they were waited for."""
    begun_at = at = turn.started_at
    parts: list[CallSpan] = []
    for stage in STAGES:
        took_ms: int | None = getattr(turn.timings, f"{stage}_ms")
        if took_ms is not None:
            until = at + timedelta(milliseconds=took_ms)
            parts.append(CallSpan(f"stage {stage}", at, until, {"voicebot.ms": took_ms}))
            at = until
    total_ms = turn.timings.total_ms
    ended_at = at if total_ms is None else max(at, begun_at + timedelta(milliseconds=total_ms))
    attributes: dict[str, str | int | bool] = {
        "voicebot.turn": turn.number,
        "voicebot.interrupted": turn.was_interrupted,
        "voicebot.source": turn.source.value,
    }
    if turn.route is not None:
        attributes |= {"voicebot.tier": turn.route.tier.value, "voicebot.reason": turn.route.reason}
    return CallSpan("turn", begun_at, ended_at, attributes, tuple(parts))
