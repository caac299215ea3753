"""What does the agent do next with this call, from the claim to its record?

Keeps the call's state, hands what is said to the conversation, and ends in
exactly one record. Its context holds all that another process needs to go on.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.cdr import outcome_of
from voicebot.calls.model import CallFacts, CallRecord, HandledBy
from voicebot.calls.transitions import DECISIONS, CallState, next_state
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation import NORMAL_CLEARING, Conversation
from voicebot.dialogue.conversation_state import ConversationState

# The greeting waits for the caller's first RTP packet, but no longer than this.
GREETING_WAITS_S = 0.2


@dataclass(slots=True)
class CallContext:
    """Everything about a live call; `taken_s` says when, in seconds since it began."""

    facts: CallFacts
    agent: str
    started_at: datetime
    state: CallState = CallState.OFFERED
    taken_s: float = 0.0
    answered_s: float | None = None
    greet_at_s: float | None = None
    was_greeted: bool = False
    left_because: str | None = None
    is_recorded: bool = False
    conversation: ConversationState = field(default_factory=ConversationState)


_CONTEXT: TypeAdapter[CallContext] = TypeAdapter(CallContext)


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
        self._conversation = Conversation(business, context.started_at, context.conversation)

    @property
    def state(self) -> CallState:
        return self._context.state

    @property
    def agent_is_audible(self) -> bool:
        return self._conversation.agent_is_audible

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
            case on.Connected() if before is CallState.CONNECTING:
                context.answered_s = t
                context.greet_at_s = t + GREETING_WAITS_S
                return []
            case on.ConnectFailed(code) if before is CallState.CONNECTING:
                return self._follow([do.Leave(code)])
            case on.MediaLost() if before is CallState.TALKING:
                # Whoever has said goodbye wants no apology and no voicemail.
                is_closing = self._conversation.is_closing
                last = do.HangUp(NORMAL_CLEARING) if is_closing else do.Leave("media-lost")
                return self._follow([*self._conversation.end(), last])
            case on.GivenUp(reason) if before not in (CallState.LEAVING, CallState.ENDED):
                return self._follow([*self._conversation.end(), do.Leave(reason)])
            case on.HungUp(cause) if before is not CallState.ENDED:
                return self._end(cause, t)
            case on.LeftStasis() if before is not CallState.ENDED:
                return self._end(NORMAL_CLEARING, t)
        if before is not CallState.TALKING:
            return []
        commands: list[do.Command] = []
        if isinstance(event, on.CallerAudible | on.SpeechStarted):
            commands = self._greet(t)
        commands += self._conversation.receive(_as_conversation_event(event), t)
        return self._follow(commands)

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
        return self._follow(self._conversation.on_deadline(t))

    def _deadline_s(self) -> float | None:
        if self.state is not CallState.TALKING:
            return None
        deadlines_s = (self._context.greet_at_s, self._conversation.next_deadline_s())
        return min((t for t in deadlines_s if t is not None), default=None)

    def _greet(self, t: float) -> list[do.Command]:
        if self._context.was_greeted:
            return []
        self._context.was_greeted, self._context.greet_at_s = True, None
        return self._conversation.open(t)

    def _follow(self, commands: list[do.Command]) -> list[do.Command]:
        """Where the call stands after its own decisions."""
        for command in commands:
            self._context.state = DECISIONS.get(type(command), self._context.state)
            if isinstance(command, do.Leave):
                self._context.left_because = command.reason
        return commands

    def _end(self, cause: int, t: float) -> list[do.Command]:
        context = self._context
        commands = self._conversation.end()
        record = CallRecord(
            facts=context.facts,
            business=self._business.name,
            agent=context.agent,
            handled_by=HandledBy.AGENT if context.left_because is None else HandledBy.DIALPLAN,
            started_at=context.started_at,
            answered_at=self._at(context.answered_s),
            ended_at=context.started_at + timedelta(seconds=t),
            outcome=outcome_of(context.conversation, context.left_because),
            hangup_cause=cause,
            turns=tuple(context.conversation.records),
            recording_caller=self._recording("caller"),
            recording_agent=self._recording("agent"),
        )
        return [*commands, do.WriteRecord(record)]

    def _at(self, t: float | None) -> datetime | None:
        return None if t is None else self._context.started_at + timedelta(seconds=t)

    def _recording(self, side: str) -> str | None:
        """Where the dialplan's MixMonitor puts this direction (dialplans/inbound.conf)."""
        if not self._context.is_recorded or self._context.answered_s is None:
            return None
        return f"asterisk/spool/monitor/{self._context.facts.call_id}-{side}.wav"


def _as_conversation_event(event: on.CallEvent) -> on.ConversationEvent:
    assert not isinstance(
        event,
        on.Claimed
        | on.Connected
        | on.ConnectFailed
        | on.MediaLost
        | on.GivenUp
        | on.HungUp
        | on.LeftStasis,
    ), "lifecycle events are answered above"
    return event
