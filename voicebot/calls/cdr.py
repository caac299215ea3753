"""How did the call end for its caller, and who had it last?"""

from collections.abc import Sequence

from voicebot.calls.model import AnswerSource, HandledBy, Outcome, TransferRecord, TransferResult
from voicebot.dialogue.conversation_state import ConversationState


def outcome_of(
    state: ConversationState, transfers: Sequence[TransferRecord], *, was_broken: bool
) -> Outcome:
    """The outcome as the agent saw it; people can correct it later.

    A person who took over, or what the caller left with us, counts first. Resolved: the caller
    got an answer, or took leave. A caller who goes before any answer was abandoned; one handed
    over because something broke met a failure.
    """
    if _was_taken(transfers):
        return Outcome.TRANSFERRED
    if state.promised is not None:
        return state.promised
    if was_broken:
        return Outcome.FAILED
    was_answered = any(
        turn.said_heard and turn.source is not AnswerSource.SCRIPT for turn in state.records
    )
    return Outcome.RESOLVED if was_answered or state.caller_took_leave else Outcome.ABANDONED


def handled_by(transfers: Sequence[TransferRecord], left_because: str | None) -> HandledBy:
    """Who had the caller last."""
    if left_because is not None:
        return HandledBy.DIALPLAN
    is_with_operator = bool(transfers) and transfers[-1].result is TransferResult.CONNECTED
    return HandledBy.OPERATOR if is_with_operator else HandledBy.AGENT


def _was_taken(transfers: Sequence[TransferRecord]) -> bool:
    return any(transfer.result is TransferResult.CONNECTED for transfer in transfers)
