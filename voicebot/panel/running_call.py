"""What is being said on a call that goes on?

Pure. Reads it from the context that the call's agent saves at each step: the turns that are over,
and of the one in progress what has been understood and what the caller has heard so far.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voicebot.calls.model import CallId
from voicebot.calls.transitions import CallState
from voicebot.dialogue.masking import mask
from voicebot.panel.floor import FloorCall
from voicebot.panel.seen_context import seen_context

_OVER = frozenset({CallState.LEAVING, CallState.ENDED})


@dataclass(frozen=True, slots=True)
class RunningTurn:
    """An exchange: private. `to_come` the caller has not heard: cut off, or still to be said."""

    number: int
    heard: str
    said: str
    to_come: str
    is_over: bool
    was_cut: bool
    latency_ms: int | None
    tier: str


@dataclass(frozen=True, slots=True)
class RunningCall:
    """As its agent saved it last."""

    seen: FloorCall
    started_at: datetime
    turns: tuple[RunningTurn, ...]

    @property
    def is_over(self) -> bool:
        return self.seen.state in _OVER

    @property
    def latency_ms(self) -> int | None:
        """Of the last answer that was measured."""
        measured = [turn.latency_ms for turn in self.turns if turn.latency_ms is not None]
        return measured[-1] if measured else None


def running_call(call_id: CallId, text: str | None) -> RunningCall | None:
    """None: there is no context, or it is of a release whose contexts we cannot read."""
    seen = seen_context(call_id, text)
    if seen is None or text is None:
        return None
    try:
        context = json.loads(text)
        started_at = datetime.fromisoformat(context["started_at"])
        return RunningCall(seen, started_at, tuple(_turns(context["conversation"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _turns(conversation: Mapping[str, Any]) -> Iterator[RunningTurn]:
    for record in conversation["records"]:
        yield RunningTurn(
            number=record["number"],
            heard=record["heard"],
            said=record["said_heard"],
            to_come=_rest(record["said"], record["said_heard"]),
            is_over=True,
            was_cut=record["was_interrupted"],
            latency_ms=record["timings"]["total_ms"],
            tier=_tier(record),
        )
    if (turn := conversation["turn"]) is not None:
        yield _in_progress(turn, strictly=conversation["is_recording_paused"])


def _in_progress(turn: Mapping[str, Any], *, strictly: bool) -> RunningTurn:
    """Of a phrase under way is not known how much was heard: it counts as being said."""
    phrases = [one for one in turn["phrases"] if not one["is_filler"]]
    begun = [one for one in phrases if one["state"] in ("audible", "played")]
    return RunningTurn(
        number=turn["number"],
        heard=mask(
            " ".join(text for text in turn["utterances"].values() if text), strictly=strictly
        ),
        said=" ".join(one["text"] for one in begun),
        to_come=" ".join(one["text"] for one in phrases if one not in begun),
        is_over=False,
        was_cut=turn["is_interrupted"],
        latency_ms=None,
        tier=_tier(turn),
    )


def _rest(said: str, heard: str) -> str:
    return said.removeprefix(heard).strip() if said.startswith(heard) else said


def _tier(turn: Mapping[str, Any]) -> str:
    return "" if turn["route"] is None else str(turn["route"]["tier"])
