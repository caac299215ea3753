"""How did the call end for its caller?"""

from voicebot.calls.model import AnswerSource, Outcome
from voicebot.dialogue.conversation_state import ConversationState


def outcome_of(state: ConversationState, left_because: str | None) -> Outcome:
    """The outcome as the agent saw it; people can correct it later.

    Resolved: the caller got an answer, or took leave. A caller who goes before any
    answer was abandoned; one handed over because something broke met a failure.
    """
    if left_because is not None:
        return Outcome.FAILED
    was_answered = any(
        turn.said_heard and turn.source is not AnswerSource.SCRIPT for turn in state.records
    )
    return Outcome.RESOLVED if was_answered or state.caller_took_leave else Outcome.ABANDONED
