"""What does the agent do next with this call, from the claim to its record?

Keeps the call's state, hands what is said to the conversation, and ends in
exactly one record. Its context holds all that another process needs to go on.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.cdr import handled_by, outcome_of
from voicebot.calls.hangup_causes import CUT_OFF, NORMAL_CLEARING
from voicebot.calls.model import CallFacts, CallRecord, Leaving, TransferRecord, TransferResult
from voicebot.calls.orders import GOING, command_for
from voicebot.calls.pickup import Pickup
from voicebot.calls.transitions import DECISIONS, CallState, next_state
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.dialogue.handing_over import handed_over

# The greeting waits for the caller's first RTP packet, but no longer than this.
GREETING_WAITS_S = 0.2
# What is saved of a call is kept for an hour.
LONGEST_AWAY_S = 3_600.0

# The caller's channel is in the dialplan, and not ours.
# The caller is with us, and means to stay.
_HELD = (CallState.WAITING, CallState.CONNECTING, CallState.TALKING, CallState.CLEARING)
_AWAY = (CallState.TRANSFERRING, CallState.WITH_OPERATOR)
_LEAVING = {CallState.WAITING: Leaving.HANDED_ON}


@dataclass(slots=True)
class CallContext:
    """Everything about a live call; `taken_s` says when, in seconds since it began."""

    facts: CallFacts
    agent: str
    started_at: datetime
    state: CallState = CallState.OFFERED
    opening: str = ""  # the agent's first words
    taken_s: float = 0.0
    answered_s: float | None = None
    greet_at_s: float | None = None
    was_greeted: bool = False
    left_because: str | None = None
    leaving: Leaving = Leaving.BROKEN  # if it left
    is_recorded: bool = False
    transfers: list[TransferRecord] = field(default_factory=list)
    came_back: TransferResult | None = None  # the agent has yet to say so
    pickup: Pickup | None = None  # on a call that we place
    farewell_to_machine: str = ""  # the message that is left on an answering machine
    conversation: ConversationState = field(default_factory=ConversationState)

    @property
    def may_wait_on(self) -> bool:
        """Whether another agent may let the caller wait on, who is offered for that."""
        return self.state in (CallState.OFFERED, CallState.WAITING)


_CONTEXT: TypeAdapter[CallContext] = TypeAdapter(CallContext)


def taken_until(context: CallContext, at: datetime) -> float:
    """How long a call has lasted, by the clock, when another process goes on with it.

    A context is not kept for longer than LONGEST_AWAY_S: where the clock says more, it was set.
    """
    passed_s = (at - context.started_at).total_seconds()
    return min(max(context.taken_s, passed_s), context.taken_s + LONGEST_AWAY_S)


def dump_context(context: CallContext) -> str:
    """The context as JSON. It holds what was said: private."""
    return _CONTEXT.dump_json(context).decode()


def load_context(text: str) -> CallContext:
    """Raises pydantic's ValidationError when the text is no context."""
    return _CONTEXT.validate_json(text)


class CallSession:
    """One call's decisions. `now` is monotonic seconds of the process that drives it."""

    def __init__(self, business: Business, context: CallContext, now: float) -> None:
        self._business = business
        self._context = context
        # Call time goes on where the context was taken, whatever this machine's clock says.
        self._began_now = now - context.taken_s
        self._is_let_go = False
        self._conversation = Conversation(business, context.started_at, context.conversation)

    @property
    def state(self) -> CallState:
        return self._context.state

    @property
    def is_over(self) -> bool:
        """Whether this process has nothing more to do with the call."""
        return self._is_let_go or self.state is CallState.ENDED

    @property
    def agent_is_audible(self) -> bool:
        return self._conversation.agent_is_audible

    @property
    def end_silence_ms(self) -> int | None:
        """How long a pause ends what the caller is saying; None: as always."""
        return self._context.conversation.end_silence_ms

    def next_turn(self, at: datetime) -> do.Think | None:
        """What the agent is told next if the caller hears its answer out; None: it has none yet."""
        return self._context.conversation.next_turn(self._context.started_at, at)

    def context(self, now: float) -> CallContext:
        self._context.taken_s = now - self._began_now
        return self._context

    def next_deadline(self) -> float | None:
        """When `on_deadline` wants to be called next."""
        deadline_s = self._deadline_s()
        return None if deadline_s is None else deadline_s + self._began_now

    def receive(self, event: on.CallEvent, now: float) -> list[do.Command]:
        """What to do about an event; raises IllegalTransition for one nobody foresaw."""
        context, t = self._context, now - self._began_now
        before, context.state = context.state, next_state(context.state, event)
        match event:
            case on.Claimed() if before is CallState.OFFERED:
                return [do.Connect()]
            case on.Enqueued() if before in (CallState.OFFERED, CallState.WAITING):
                return [do.SeekAdmission()]
            case on.Admitted() if before is CallState.WAITING:
                return [do.Connect()]
            case on.LineLeft(reason, leaving, target) if before is CallState.WAITING:
                if target is not None:
                    return self._follow([do.Transfer(target, summary="")], t)
                return self._follow([do.Leave(reason, leaving)], t)
            case on.Promised(outcome) if before is CallState.WAITING:
                context.conversation.promised = outcome
                return []
            case on.Connected() if before is CallState.CONNECTING:
                if context.answered_s is None:
                    context.answered_s = t
                if context.came_back is not None:
                    result, context.came_back = context.came_back, None
                    return self._conversation.come_back(result, t)
                context.greet_at_s = t + GREETING_WAITS_S
                return []
            case on.OperatorTook(operator) if before is CallState.TRANSFERRING:
                self._transfer(result=TransferResult.CONNECTED, operator=operator, connected_s=t)
                if context.answered_s is None:
                    context.answered_s = t  # out of the line: by a person first
                return []
            case on.CameBack(result) if before in _AWAY:
                self._transfer(result=result, ended_s=t)
                if context.answered_s is None:
                    # Out of the line: that place is gone, and no slot is held.
                    leave = do.Leave(f"transfer-{result.value}", Leaving.FOR_MESSAGE)
                    return self._follow([leave], t)
                context.came_back = result
                return [do.Connect()]
            case on.ConnectFailed(code) if before is CallState.CONNECTING:
                return self._follow([do.Leave(code)], t)
            case on.MediaLost() if before is CallState.TALKING:
                # Whoever has said goodbye wants no apology and no voicemail.
                is_closing = context.conversation.phase is Phase.CLOSING
                last = do.HangUp(NORMAL_CLEARING) if is_closing else do.Leave("media-lost")
                return self._follow([*self._conversation.end(), last], t)
            case on.GivenUp() if before in _AWAY:
                context.state = before  # whoever goes on finds the call where it is
                self._is_let_go = True
                return []
            case on.GivenUp(has_gone=True) if before is CallState.WAITING:
                context.state, self._is_let_go = before, True
                return []
            case on.GivenUp(reason) if before not in (CallState.LEAVING, CallState.ENDED):
                leaving = _LEAVING.get(before, Leaving.BROKEN)
                return self._follow([*self._conversation.end(), do.Leave(reason, leaving)], t)
            case on.TransferOrdered(target) if before is CallState.TALKING:
                return self._follow(handed_over(self._conversation, self._business, target), t)
            case on.HangUpOrdered() if before is CallState.TALKING:
                return self._follow([*self._conversation.end(), command_for(event)], t)
            case on.HangUpOrdered() if before not in GOING:
                return [command_for(event)]  # its end is told like any other's
            case on.CallerInaudible():
                context.conversation.is_inaudible = True
                return []
            case on.HungUp(cause) if before is not CallState.ENDED:
                is_broken = context.leaving is Leaving.BROKEN
                if before is CallState.LEAVING and context.answered_s is None and is_broken:
                    # What failed may have failed because the caller was gone; nobody else had the
                    # call in any case.
                    context.left_because = None
                return self._end(cause, t, was_held=before in _HELD)
            case on.LeftStasis() if before is CallState.LEAVING and _is_handed_on(context):
                # Whoever goes on finds the caller waiting.
                context.state, context.left_because = CallState.WAITING, None
                context.leaving, self._is_let_go = Leaving.BROKEN, True
                return []
            case on.LeftStasis() if before not in (*_AWAY, CallState.ENDED):
                return self._end(NORMAL_CLEARING, t)
        if before is not CallState.TALKING:
            return []
        commands: list[do.Command] = []
        if isinstance(event, on.CallerAudible | on.SpeechStarted):
            context.conversation.is_inaudible = False
            commands = self._greet(t)
        commands += self._conversation.receive(_as_conversation_event(event), t)
        return self._follow(commands, t)

    def on_deadline(self, now: float) -> list[do.Command]:
        """What to do because time has passed."""
        deadline, deadline_s = self.next_deadline(), self._deadline_s()
        if deadline is None or deadline_s is None or now < deadline:
            return []
        # Going to this clock and back may lose a rounding error, and the deadline would not be met.
        t = max(now - self._began_now, deadline_s)
        greet_at_s = self._context.greet_at_s
        if greet_at_s is not None and t >= greet_at_s:
            return self._greet(t)
        return self._follow(self._conversation.on_deadline(t), t)

    def _deadline_s(self) -> float | None:
        if self.state is not CallState.TALKING:
            return None
        deadlines_s = (self._context.greet_at_s, self._conversation.next_deadline_s())
        return min((t for t in deadlines_s if t is not None), default=None)

    def _greet(self, t: float) -> list[do.Command]:
        if self._context.was_greeted:
            return []
        self._context.was_greeted, self._context.greet_at_s = True, None
        return self._conversation.open(self._context.opening or self._business.opening, t)

    def _transfer(
        self,
        *,
        result: TransferResult,
        operator: str | None = None,
        connected_s: float | None = None,
        ended_s: float | None = None,
    ) -> None:
        """What is known of the transfer under way."""
        transfer = self._context.transfers[-1]
        if transfer.connected_at is not None:
            result = TransferResult.CONNECTED
        self._context.transfers[-1] = replace(
            transfer,
            result=result,
            operator=transfer.operator if operator is None else operator,
            connected_at=self._at(connected_s) or transfer.connected_at,
            ended_at=self._at(ended_s),
        )

    def _follow(self, commands: list[do.Command], t: float) -> list[do.Command]:
        """Where the call stands after its own decisions."""
        for command in commands:
            if isinstance(command, do.Transfer):
                self._begin_transfer(command, t)
            self._context.state = DECISIONS.get(type(command), self._context.state)
            if isinstance(command, do.Leave):
                self._context.left_because = command.reason
                self._context.leaving = command.leaving
        return commands

    def _begin_transfer(self, command: do.Transfer, t: float) -> None:
        wanted = self._business.transfer(command.transfer_id)
        self._context.transfers.append(
            TransferRecord(
                number=len(self._context.transfers),
                target=wanted.id,
                mode=wanted.mode,
                result=TransferResult.ABANDONED,  # until somebody takes it, or nobody does
                operator="",
                summary=command.summary,
                started_at=self._context.started_at + timedelta(seconds=t),
            )
        )

    def _end(self, cause: int, t: float, *, was_held: bool = False) -> list[do.Command]:
        """`was_held`: the caller was with us, and meant to stay."""
        context = self._context
        was_cut_off = was_held and cause in CUT_OFF and not context.conversation.is_taking_leave
        was_given_up = context.left_because is not None and context.leaving is Leaving.BROKEN
        commands = self._conversation.end()
        if context.transfers and context.transfers[-1].ended_at is None:
            self._transfer(result=context.transfers[-1].result, ended_s=t)
        record = CallRecord(
            facts=context.facts,
            business=self._business.name,
            agent=context.agent,
            handled_by=handled_by(context.transfers, context.left_because),
            started_at=context.started_at,
            answered_at=self._at(context.answered_s),
            ended_at=context.started_at + timedelta(seconds=t),
            outcome=outcome_of(
                context.conversation,
                context.transfers,
                was_broken=was_cut_off or was_given_up,
            ),
            hangup_cause=cause,
            turns=tuple(context.conversation.records),
            transfers=tuple(context.transfers),
            recording_caller=self._recording("caller"),
            recording_agent=self._recording("agent"),
        )
        return [*commands, do.WriteRecord(record)]

    def _at(self, t: float | None) -> datetime | None:
        return None if t is None else self._context.started_at + timedelta(seconds=t)

    def _recording(self, side: str) -> str | None:
        """Where the dialplan's MixMonitor puts this direction (dialplans/inbound.conf)."""
        context = self._context
        was_recorded = context.is_recorded and context.conversation.was_recorded
        if not was_recorded or context.answered_s is None:
            return None
        return f"asterisk/spool/monitor/{self._context.facts.call_id}-{side}.wav"


def _is_handed_on(context: CallContext) -> bool:
    return context.left_because is not None and context.leaving is Leaving.HANDED_ON


def _as_conversation_event(event: on.CallEvent) -> on.ConversationEvent:
    assert not isinstance(
        event,
        on.Claimed
        | on.Enqueued
        | on.Admitted
        | on.LineLeft
        | on.Connected
        | on.ConnectFailed
        | on.OperatorTook
        | on.CameBack
        | on.MediaLost
        | on.GivenUp
        | on.CallerInaudible
        | on.HungUp
        | on.LeftStasis
        | on.HangUpOrdered
        | on.TransferOrdered,
    ), "lifecycle events are answered above"
    return event
