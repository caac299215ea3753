"""Is every caller of a spike accounted for?

Pure. What each lived through at the telephone is held against what the service knows: its record,
Asterisk's CDR, its callback and how often that rang.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicebot.caller.crowd import CrowdCall, Wish
from voicebot.calls.model import Outcome

BOTH_KEYS = "11"


@dataclass(frozen=True, slots=True)
class Known:
    """What the service knows of one caller."""

    outcomes: tuple[Outcome | None, ...] = ()  # one for each record of a call to us
    cdrs: int = 0
    # How each of the callbacks stands that were booked for the number.
    callbacks: tuple[str, ...] = ()


CLOSED = "done"


def unaccounted(
    calls: Sequence[CrowdCall],
    known: Mapping[str, Known],
    greeted: Mapping[str, float],
    rung: Mapping[str, int],
) -> Mapping[str, tuple[str, ...]]:
    """By the caller's number, what is wrong; empty when everybody is accounted for.

    `greeted`: who has heard the agent. `rung`: how often each was rung back.
    """
    faults = {
        call.number: tuple(
            _faults(
                call,
                known.get(call.number, Known()),
                is_greeted=call.number in greeted,
                rung=rung.get(call.number, 0),
            )
        )
        for call in calls
    }
    strangers = dict.fromkeys(rung.keys() - faults.keys(), ("rung, and never called",))
    return {number: those for number, those in (faults | strangers).items() if those}


def fate(call: CrowdCall, *, is_greeted: bool) -> str:
    """What became of a caller, in a word or two."""
    if call.answered_at_s is None:
        return "never answered"
    if is_greeted:
        return "served"
    if call.keys_pressed == BOTH_KEYS:
        return "callback"
    if call.keys_pressed.startswith("0"):
        return "person"
    if call.keys_pressed.startswith("#"):
        return "message"
    return "gave up" if call.ended_by_caller else "sent away"


def _faults(call: CrowdCall, known: Known, *, is_greeted: bool, rung: int) -> Iterator[str]:
    if call.answered_at_s is None:
        yield f"never answered, SIP status {call.sip_status}"
    if call.ended_at_s is None:
        yield "still on the line when all was over"
    if len(known.outcomes) != 1:
        yield f"{len(known.outcomes)} records"
    if known.cdrs != 1:
        yield f"{known.cdrs} CDRs"
    came_to = fate(call, is_greeted=is_greeted)
    for outcome in known.outcomes:
        yield from _faults_of_outcome(came_to, outcome, known)
    if call.wish is Wish.SERVED and came_to != "served":
        yield f"wanted to be served: {came_to}"
    yield from (f"callback is {state}" for state in known.callbacks if state != CLOSED)
    if rung != len(known.callbacks):
        yield f"{len(known.callbacks)} callbacks, rung {rung} times"


def _faults_of_outcome(came_to: str, outcome: Outcome | None, known: Known) -> Iterator[str]:
    if outcome is None:
        yield "its record has no outcome"
    elif came_to == "served" and outcome is Outcome.FAILED:
        yield "was served, on record as failed"
    elif came_to == "gave up" and outcome is not Outcome.ABANDONED:
        yield f"gave up, on record as {outcome.value}"
    elif came_to == "callback" and outcome is not Outcome.CALLBACK_BOOKED:
        yield f"was promised a callback, on record as {outcome.value}"
    if outcome is Outcome.CALLBACK_BOOKED and not known.callbacks:
        yield "was promised a callback that is not kept"
