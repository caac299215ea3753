"""What does the agent do on a call that we placed, beyond what it does on any other?

It speaks when whoever picked up has said a word, and deals with answering machines; the rest is
a call like any other.
"""

from dataclasses import replace

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import AnsweredBy, CallRecord, Direction, Outcome
from voicebot.calls.pickup import Move, Pickup, PickupPhase
from voicebot.calls.session import CallContext, CallSession
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business
from voicebot.dialogue.floor import Floor
from voicebot.dialogue.phrases import split

_ANSWERS = {None: AnsweredBy.UNKNOWN, True: AnsweredBy.PERSON, False: AnsweredBy.DECLINED}


def new_pickup(business: Business, *, leaves_message: bool, asks: bool = False) -> Pickup:
    """Of a call that begins. `asks`: it is a callback."""
    words = business.outbound.machine_words if business.outbound is not None else ()
    return Pickup(leaves_message=leaves_message, machine_words=words, asks=asks)


def session_of(business: Business, context: CallContext, now: float) -> CallSession:
    """The session that a call of this direction has."""
    if context.facts.direction is Direction.OUTBOUND and context.pickup is not None:
        return OutboundSession(business, context, context.pickup, now)
    return CallSession(business, context, now)


class OutboundSession(CallSession):
    """One placed call's decisions."""

    def __init__(
        self, business: Business, context: CallContext, pickup: Pickup, now: float
    ) -> None:
        super().__init__(business, context, now)
        self._pickup = pickup
        self._floor = Floor(context.conversation, context.started_at, business.language)

    def receive(self, event: on.CallEvent, now: float) -> list[do.Command]:
        t = now - self._began_now
        if self.state is CallState.TALKING and isinstance(event, on.ConversationEvent):
            move = self._pickup.receive(event, t)
            if move is not Move.CONVERSE:
                return self._follow(self._make(move, event, t), t)
        commands = super().receive(event, now)
        is_up = isinstance(event, on.Connected) and self.state is CallState.TALKING
        if is_up and self._pickup.phase is PickupPhase.RINGING:
            self._context.greet_at_s = None
            self._pickup.audio_is_up(t)
        return commands

    def on_deadline(self, now: float) -> list[do.Command]:
        due_s = self._pickup.deadline_s
        if self.state is not CallState.TALKING or due_s is None or now < due_s + self._began_now:
            return super().on_deadline(now)
        t = max(now - self._began_now, due_s)
        return self._follow(self._make(self._pickup.on_deadline(t), None, t), t)

    def _deadline_s(self) -> float | None:
        if self.state is not CallState.TALKING:
            return None
        deadlines_s = (self._pickup.deadline_s, super()._deadline_s())
        return min((t for t in deadlines_s if t is not None), default=None)

    def _make(self, move: Move, event: on.CallEvent | None, t: float) -> list[do.Command]:
        match move:
            case Move.GREET:
                return self._open(self._context.opening, t)
            case Move.HELLO_AND_GREET:
                outbound = self._business.outbound
                hello = "" if outbound is None else outbound.hello
                return self._open(f"{hello} {self._context.opening}".strip(), t)
            case Move.RECOGNIZE:
                assert isinstance(event, on.SpeechEnded), "what was said is to be recognised"
                return [do.Recognize(event.utterance_id)]
            case Move.FALL_SILENT:
                self._context.was_greeted = True
                return self._floor.fall_silent(t)
            case Move.LEAVE_MESSAGE:
                # The message says itself who speaks.
                self._context.conversation.owed.clear()
                return self._conversation.say_farewell(self._context.farewell_to_machine, t)
            case Move.CONNECT:
                return self._connect(t)
            case Move.DECLINE:
                self._context.conversation.owed.clear()
                said = "" if self._business.callbacks is None else self._business.callbacks.declined
                return [*self._floor.take(t), *self._conversation.say_farewell(said, t)]
            case Move.HANG_UP:
                self._context.was_greeted = True
                return [*self._conversation.end(), do.HangUp(NORMAL_CLEARING)]
        return []

    def _open(self, words: str, t: float) -> list[do.Command]:
        """Who calls, and why, must be heard: what is cut of it comes with the next answer."""
        self._context.was_greeted = True
        commands = self._conversation.open(words, t)
        self._context.conversation.owed = split(self._context.opening)
        return commands

    def _connect(self, t: float) -> list[do.Command]:
        """What must be heard of the first words comes before the welcome; the question does not."""
        owed, rules = self._context.facts.owed, self._business.callbacks
        must = self._business.disclosures_in(self._context.opening)
        still = [phrase for phrase in self._context.conversation.owed if phrase in must]
        if owed is not None and rules is not None:
            still.append(rules.welcome(owed.reason))
        commands = self._floor.take(t)
        if (taken := self._context.conversation.turn) is not None:
            # The caller's turn was the key, or the yes: it has no answer of its own.
            self._floor.drop(taken)
        return [*commands, *self._conversation.open(" ".join(still), t)]

    def _end(self, cause: int, t: float, *, was_held: bool = False) -> list[do.Command]:
        return [
            do.WriteRecord(self._told(command.record))
            if isinstance(command, do.WriteRecord)
            else command
            for command in super()._end(cause, t, was_held=was_held)
        ]

    def _told(self, record: CallRecord) -> CallRecord:
        """The record, with who picked up."""
        if record.answered_at is None:
            return record
        if self._pickup.asks and not self._pickup.is_machine:
            return replace(record, answered_by=_ANSWERS[self._pickup.is_confirmed])
        if not self._pickup.is_machine:
            who = AnsweredBy.PERSON if self._pickup.has_spoken else AnsweredBy.UNKNOWN
            return replace(record, answered_by=who)
        record = replace(record, answered_by=AnsweredBy.MACHINE)
        if self._context.left_because is not None:
            return record
        message = self._context.farewell_to_machine
        was_left = any(message and message in turn.said_heard for turn in record.turns)
        return replace(record, outcome=Outcome.RESOLVED if was_left else Outcome.ABANDONED)
