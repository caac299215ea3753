"""When is the first word spoken to somebody whom we rang, and to whom: a person or a machine?

A person says a word and waits for ours, which come as soon as that word is over; whoever says
nothing hears ours at once. A long greeting is listened to, until its words tell: what machines
say, or people. A beep tells, too. On a machine a message is left behind its beep, or nothing.

On a callback nobody is connected who has not pressed one, or said yes, when told who calls.

All times are seconds since the call began.
"""

from dataclasses import dataclass
from enum import StrEnum

from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.intents import agrees_or_refuses
from voicebot.dialogue.machine_words import sounds_like_a_machine

# Whoever picks up speaks within this, or waits for us; then the caller is asked for.
SPEAKS_WITHIN_S = 1.2
# People say less than this when they pick up (and measured: "Hello?" takes 0.4 to 0.8 s).
SHORT_GREETING_S = 2.5
# … and never go on for so long.
LONGEST_GREETING_S = 8.0
# How long the words of a longer greeting, and the beep behind it, are waited for.
WORDS_WITHIN_S = 1.2
# A machine that is silent for so long after its greeting has beeped, or never will.
BEEPS_WITHIN_S = 2.5
# The longest that a machine is listened to.
PATIENCE_WITH_MACHINE_S = 60.0
# Lets the beep die away, and the recording begin.
AFTER_BEEP_S = 0.3
# From the first word to whoever picked up; the question is heard out after about ten.
CONFIRMS_WITHIN_S = 25.0
YES_KEY, NO_KEY = "1", "2"
# The first so many utterances may turn out to be a machine's; after that it is a person.
SUSPECT_UTTERANCES = 2


class PickupPhase(StrEnum):
    """How far it is known who picked up."""

    RINGING = "ringing"  # until the audio is up
    AWAITING = "awaiting"  # the first word
    JUDGING = "judging"  # a long greeting is over; its words are awaited
    CONFIRMING = "confirming"  # whoever picked up is asked for a key, or a yes
    TALKING = "talking"  # a person, as far as anybody knows
    MACHINE = "machine"  # its greeting or its beep is waited for
    BEEPED = "beeped"
    CLOSING = "closing"  # the message is being left, or there is none


class Move(StrEnum):
    """What is to be done."""

    CONVERSE = "converse"  # the event is the conversation's
    NOTHING = "nothing"
    GREET = "greet"
    HELLO_AND_GREET = "hello_and_greet"
    RECOGNIZE = "recognize"
    FALL_SILENT = "fall_silent"
    LEAVE_MESSAGE = "leave_message"
    HANG_UP = "hang_up"
    CONNECT = "connect"  # a person wants to talk
    DECLINE = "decline"  # and this one does not


@dataclass(slots=True)
class Pickup:
    """Everything about it; part of the call's context."""

    leaves_message: bool = False
    machine_words: tuple[str, ...] = ()
    phase: PickupPhase = PickupPhase.RINGING
    deadline_s: float | None = None
    spoke_at_s: float | None = None  # since when the greeting goes on
    judged: UtteranceId | None = None
    utterances: int = 0
    is_machine: bool = False
    machine_until_s: float | None = None
    has_spoken: bool = False  # whoever picked up
    asks: bool = False  # a key or a yes connects
    is_confirmed: bool | None = None

    def audio_is_up(self, t: float) -> None:
        if self.phase is PickupPhase.RINGING:
            self.phase, self.deadline_s = PickupPhase.AWAITING, t + SPEAKS_WITHIN_S

    def receive(self, event: on.CallEvent, t: float) -> Move:
        """What to do about an event of the conversation."""
        match event:
            case on.PutOnHold() | on.TakenOffHold():
                return Move.CONVERSE
            case on.SpeechStarted():
                self.has_spoken = True
            case on.Transcribed():
                self.utterances += 1
        match self.phase:
            case PickupPhase.AWAITING | PickupPhase.JUDGING:
                return self._await(event, t)
            case PickupPhase.CONFIRMING:
                return self._confirm(event, t)
            case PickupPhase.TALKING:
                return self._talk(event, t)
            case PickupPhase.MACHINE | PickupPhase.BEEPED:
                return self._hear_machine(event, t)
        return Move.CONVERSE

    def on_deadline(self, t: float) -> Move:
        """Nothing has come for too long."""
        if self.deadline_s is None or t < self.deadline_s:
            return Move.NOTHING
        self.deadline_s = None
        match self.phase:
            case PickupPhase.AWAITING if self.spoke_at_s is not None:
                return self._meet_machine(t)
            case PickupPhase.AWAITING:
                return self._begin_to_talk(Move.HELLO_AND_GREET, t)
            case PickupPhase.JUDGING:
                return self._begin_to_talk(Move.GREET, t)
            case PickupPhase.CONFIRMING:
                self.phase = PickupPhase.CLOSING
                return Move.HANG_UP
            case PickupPhase.MACHINE if self.spoke_at_s is not None:
                self.phase = PickupPhase.CLOSING
                return Move.HANG_UP
            case PickupPhase.MACHINE | PickupPhase.BEEPED:
                self.phase = PickupPhase.CLOSING
                return Move.LEAVE_MESSAGE
        return Move.NOTHING

    @property
    def _is_suspect(self) -> bool:
        return not self.is_machine and self.utterances < SUSPECT_UTTERANCES

    def _await(self, event: on.CallEvent, t: float) -> Move:
        match event:
            case on.BeepHeard():
                return self._beep(t)
            case on.KeyPressed():
                return self._begin_to_talk(Move.GREET, t)
            case on.SpeechStarted():
                self.phase = PickupPhase.AWAITING
                if self.spoke_at_s is None:
                    self.spoke_at_s = t
                self.deadline_s = self.spoke_at_s + LONGEST_GREETING_S
            case on.SpeechEnded(utterance_id, silence_ms):
                if self.spoke_at_s is None:
                    self.spoke_at_s = t
                if t - silence_ms / 1000 - self.spoke_at_s < SHORT_GREETING_S:
                    return self._begin_to_talk(Move.GREET, t)
                self.phase, self.judged = PickupPhase.JUDGING, utterance_id
                self.deadline_s = t + WORDS_WITHIN_S
                return Move.RECOGNIZE
            case on.Transcribed(utterance_id, text) if utterance_id == self.judged:
                if sounds_like_a_machine(text, self.machine_words):
                    return self._meet_machine(t)
                if self.phase is PickupPhase.JUDGING:
                    return self._begin_to_talk(Move.GREET, t)
            case on.RecognitionFailed(utterance_id) if utterance_id == self.judged:
                if self.phase is PickupPhase.JUDGING:
                    return self._begin_to_talk(Move.GREET, t)
        return Move.NOTHING

    def _begin_to_talk(self, move: Move, t: float) -> Move:
        if self.asks:
            self.phase, self.deadline_s = PickupPhase.CONFIRMING, t + CONFIRMS_WITHIN_S
        else:
            self.phase, self.deadline_s = PickupPhase.TALKING, None
        return move

    def _confirm(self, event: on.CallEvent, t: float) -> Move:
        match event:
            case on.KeyPressed(digit) if digit in (YES_KEY, NO_KEY):
                return self._decide(is_yes=digit == YES_KEY)
            case on.BeepHeard():
                return self._beep(t)
            case on.SpeechEnded():
                return Move.RECOGNIZE
            case on.Transcribed(utterance_id, _) if utterance_id == self.judged:
                return Move.NOTHING  # of the greeting, and late
            case on.Transcribed(_, text):
                if sounds_like_a_machine(text, self.machine_words):
                    return self._meet_machine(t)
                if (is_yes := agrees_or_refuses(text)) is not None:
                    return self._decide(is_yes=is_yes)
            case on.PhraseStarted() | on.PhrasePlayed() | on.PhraseFailed() | on.Silenced():
                return Move.CONVERSE
        # The question is heard out, whatever is said over it.
        return Move.NOTHING

    def _decide(self, *, is_yes: bool) -> Move:
        self.is_confirmed, self.deadline_s = is_yes, None
        self.phase = PickupPhase.TALKING if is_yes else PickupPhase.CLOSING
        return Move.CONNECT if is_yes else Move.DECLINE

    def _talk(self, event: on.CallEvent, t: float) -> Move:
        match event:
            case on.BeepHeard() if self._is_suspect:
                return self._beep(t)
            case on.BeepHeard():
                return Move.NOTHING
            case on.Transcribed(utterance_id, _) if utterance_id == self.judged:
                return Move.NOTHING  # of the greeting, and late
            case on.Transcribed(_, text) if not self.is_machine:
                is_early = self.utterances <= SUSPECT_UTTERANCES  # this one is counted
                if is_early and sounds_like_a_machine(text, self.machine_words):
                    return self._meet_machine(t)
        return Move.CONVERSE

    def _meet_machine(self, t: float) -> Move:
        self.is_machine = True
        if not self.leaves_message:
            self.phase, self.deadline_s = PickupPhase.CLOSING, None
            return Move.HANG_UP
        is_speaking = self.phase is PickupPhase.AWAITING
        self.phase, self.machine_until_s = PickupPhase.MACHINE, t + PATIENCE_WITH_MACHINE_S
        self.spoke_at_s = t if is_speaking else None
        self.deadline_s = self.machine_until_s if is_speaking else t + BEEPS_WITHIN_S
        return Move.FALL_SILENT

    def _beep(self, t: float) -> Move:
        self.is_machine = True
        if not self.leaves_message:
            self.phase, self.deadline_s = PickupPhase.CLOSING, None
            return Move.HANG_UP
        self.phase, self.deadline_s = PickupPhase.BEEPED, t + AFTER_BEEP_S
        return Move.FALL_SILENT

    def _hear_machine(self, event: on.CallEvent, t: float) -> Move:
        match event:
            case on.BeepHeard() if self.phase is PickupPhase.MACHINE:
                return self._beep(t)
            case on.SpeechStarted() if self.phase is PickupPhase.MACHINE:
                self.spoke_at_s, self.deadline_s = t, self.machine_until_s
            case on.SpeechEnded() if self.phase is PickupPhase.MACHINE:
                self.spoke_at_s, self.deadline_s = None, t + BEEPS_WITHIN_S
            # Of what was being said when the machine was known for one.
            case on.PhraseStarted() | on.PhrasePlayed() | on.PhraseFailed() | on.Silenced():
                return Move.CONVERSE
        return Move.NOTHING
