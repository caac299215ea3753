"""Through which states does a call pass?

A pair that is not in the table is our own bug and raises IllegalTransition;
late and repeated events are listed, not swallowed.
"""

from collections.abc import Mapping
from enum import StrEnum

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.errors import IllegalTransition


class CallState(StrEnum):
    """Where a call stands."""

    OFFERED = "offered"  # claimed in the race; the channel is on its way to us
    WAITING = "waiting"  # in the line: all agents are busy
    CONNECTING = "connecting"  # being answered, bridged, its media opened
    TALKING = "talking"
    TRANSFERRING = "transferring"  # in the dialplan, while a person's telephone rings
    WITH_OPERATOR = "with_operator"  # in the dialplan, talking with a person
    CLEARING = "clearing"  # hung up by us; the channel is on its way out
    LEAVING = "leaving"  # handed over to the dialplan
    ENDED = "ended"


_CONVERSATION = (
    on.CallerAudible,
    on.CallerInaudible,
    on.SpeechStarted,
    on.SpeechLasted,
    on.SpeechPaused,
    on.SpeechResumed,
    on.SpeechEnded,
    on.Transcribed,
    on.RecognitionFailed,
    on.Retrieved,
    on.Stepped,
    on.ThinkingDone,
    on.ThinkingFailed,
    on.Promised,
    on.PhraseStarted,
    on.PhrasePlayed,
    on.PhraseFailed,
    on.Silenced,
    on.BeepHeard,
    on.KeyPressed,
    on.PutOnHold,
    on.TakenOffHold,
)

TRANSITIONS: Mapping[tuple[CallState, type[on.CallEvent]], CallState] = {
    (CallState.OFFERED, on.Claimed): CallState.CONNECTING,
    (CallState.OFFERED, on.Enqueued): CallState.WAITING,
    # The agent that had the caller before is gone.
    (CallState.WAITING, on.Enqueued): CallState.WAITING,
    (CallState.WAITING, on.Admitted): CallState.CONNECTING,
    (CallState.WAITING, on.LineLeft): CallState.LEAVING,
    (CallState.WAITING, on.Promised): CallState.WAITING,
    (CallState.WAITING, on.PutOnHold): CallState.WAITING,
    (CallState.WAITING, on.TakenOffHold): CallState.WAITING,
    # The slot came just as the caller went.
    **{
        (state, event): state
        for state in (CallState.CLEARING, CallState.LEAVING, CallState.ENDED)
        for event in (on.Enqueued, on.Admitted, on.LineLeft)
    },
    (CallState.CONNECTING, on.Connected): CallState.TALKING,
    (CallState.CONNECTING, on.ConnectFailed): CallState.LEAVING,
    # The media channel can die while the caller's is still being answered.
    (CallState.CONNECTING, on.MediaLost): CallState.CONNECTING,
    (CallState.TALKING, on.MediaLost): CallState.LEAVING,
    **{(CallState.TALKING, event): CallState.TALKING for event in _CONVERSATION},
    (CallState.TRANSFERRING, on.OperatorTook): CallState.WITH_OPERATOR,
    # Another agent than the one that sent the caller off may get the call back.
    (CallState.TRANSFERRING, on.CameBack): CallState.CONNECTING,
    (CallState.WITH_OPERATOR, on.CameBack): CallState.CONNECTING,
    # Told late: we have the caller again, or have given the call away for good.
    **{
        (state, event): state
        for state in (
            CallState.CONNECTING,
            CallState.TALKING,
            CallState.CLEARING,
            CallState.LEAVING,
            CallState.ENDED,
        )
        for event in (on.OperatorTook, on.CameBack)
    },
    (CallState.WITH_OPERATOR, on.OperatorTook): CallState.WITH_OPERATOR,
    # The caller's channel is out of Stasis, as it must be; the media channel ends with that.
    **{
        (state, event): state
        for state in (CallState.TRANSFERRING, CallState.WITH_OPERATOR)
        for event in (*_CONVERSATION, on.LeftStasis, on.MediaLost, on.Connected, on.ConnectFailed)
    },
    # The caller's doings do not wait for us.
    (CallState.CONNECTING, on.CallerAudible): CallState.CONNECTING,
    (CallState.CONNECTING, on.CallerInaudible): CallState.CONNECTING,
    (CallState.CONNECTING, on.BeepHeard): CallState.CONNECTING,
    (CallState.CONNECTING, on.KeyPressed): CallState.CONNECTING,
    (CallState.CONNECTING, on.PutOnHold): CallState.CONNECTING,
    (CallState.CONNECTING, on.TakenOffHold): CallState.CONNECTING,
    # Audio and results still arrive after the call was hung up or given up.
    **{(CallState.CLEARING, event): CallState.CLEARING for event in _CONVERSATION},
    **{(CallState.LEAVING, event): CallState.LEAVING for event in _CONVERSATION},
    **{
        (state, event): state
        for state in (CallState.CLEARING, CallState.LEAVING, CallState.ENDED)
        for event in (on.MediaLost, on.Connected, on.ConnectFailed)
    },
    **{(CallState.ENDED, event): CallState.ENDED for event in (*_CONVERSATION, on.Claimed)},
    **{
        (state, on.GivenUp): CallState.LEAVING
        for state in CallState
        if state is not CallState.ENDED
    },
    (CallState.ENDED, on.GivenUp): CallState.ENDED,
    # A caller with a person is not ours to take away: the call goes on without us.
    (CallState.WITH_OPERATOR, on.GivenUp): CallState.WITH_OPERATOR,
    (CallState.TRANSFERRING, on.GivenUp): CallState.TRANSFERRING,
    # What people order: the call itself decides what comes of it.
    **{
        (state, event): state
        for state in CallState
        for event in (on.HangUpOrdered, on.TransferOrdered)
    },
    # The caller may hang up at any moment, and Asterisk may tell us twice.
    **{(state, on.HungUp): CallState.ENDED for state in CallState},
    **{
        (state, on.LeftStasis): CallState.ENDED
        for state in CallState
        if state not in (CallState.TRANSFERRING, CallState.WITH_OPERATOR)
    },
}

# What the call itself decides: the conversation is over, or cannot go on.
DECISIONS: Mapping[type[do.Command], CallState] = {
    do.HangUp: CallState.CLEARING,
    do.Leave: CallState.LEAVING,
    do.Transfer: CallState.TRANSFERRING,
}


def next_state(state: CallState, event: on.CallEvent) -> CallState:
    """Raises IllegalTransition for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, type(event)]
    except KeyError:
        raise IllegalTransition(state.value, type(event).__name__) from None
