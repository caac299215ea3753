"""What becomes of an answer that the caller speaks over?

While an interruption is open the answer's turn stays as it is: it goes on being thought of
and made into speech, and the caller hears nothing of it. It is taken away from the caller
only when the interruption has become a turn.

All times are seconds since the call began.
"""

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.dialogue.floor import Floor
from voicebot.dialogue.interruption import (
    SURELY_A_TURN_MS,
    Interruption,
    Stage,
    Verdict,
    is_sure,
)
from voicebot.dialogue.limits import LONGEST_HEARING_S
from voicebot.dialogue.turn import Moments


class Interruptions:
    """Those of one conversation, one at a time."""

    def __init__(self, state: ConversationState, floor: Floor) -> None:
        self._state = state
        self._floor = floor

    def receive(self, event: on.ConversationEvent, t: float) -> list[do.Command] | None:
        """What to do about an event; None: it is no part of an interruption.

        Where the caller took the floor, the conversation's phase tells: the words are to be
        understood, or to be heard out.
        """
        interruption = self._state.interruption
        if interruption is None:
            begins = isinstance(event, on.SpeechStarted) and self._may_begin
            return self._begin(t) if begins else None
        match event:
            case on.SpeechStarted():
                return interruption.sound_begins(t)
            case on.SpeechResumed():
                return interruption.sound_goes_on(t)
            case on.SpeechLasted(utterance_id, speech_ms):
                if speech_ms >= SURELY_A_TURN_MS:
                    return self._take(interruption, t)
                return interruption.recognize(utterance_id)
            case on.SpeechPaused() | on.SpeechEnded():
                commands = interruption.sound_stops(event, t)
            case on.Transcribed(id_, text, confidence) if interruption.awaits(id_):
                was_said = is_sure(text, confidence)
                interruption.words[id_], commands = text.strip() if was_said else "", []
            case on.RecognitionFailed(id_) if interruption.awaits(id_):
                interruption.words[id_], commands = "", []
            case _:
                return None
        return commands + self._judge(interruption, t)

    def on_deadline(self, t: float) -> list[do.Command] | None:
        """Nobody can tell in time; None: nobody had to."""
        interruption = self._state.interruption
        if interruption is None or interruption.deadline_s is None or t < interruption.deadline_s:
            return None
        return interruption.go_on()

    def answer_is_over(self) -> list[do.Command]:
        """All of it was heard, or failed: there is nothing to pause."""
        interruption = self._state.interruption
        return [] if interruption is None else interruption.go_on()

    def outlives_answer(self, t: float) -> list[do.Command]:
        """What the caller says now is said over nothing."""
        interruption = self._state.interruption
        if interruption is None:
            return []
        self._state.turn = self._floor.new_turn(t)
        return self._adopt(interruption, t)

    @property
    def _may_begin(self) -> bool:
        """A farewell is never cut."""
        state = self._state
        return state.phase is Phase.SPEAKING and state.turn is not None and state.turn.is_audible

    def _begin(self, t: float) -> list[do.Command]:
        turn = self._state.turn
        assert turn is not None
        over = " ".join(phrase.text for phrase in turn.phrases if not phrase.is_over)
        self._state.interruption = interruption = Interruption(over)
        interruption.sound_begins(t)
        return [do.PauseSpeaking()]

    def _judge(self, interruption: Interruption, t: float) -> list[do.Command]:
        match interruption.verdict:
            case Verdict.TURN:
                return self._take(interruption, t)
            case Verdict.SOUND:
                if interruption.stage is Stage.OVER:
                    self._state.interruption = None
                return interruption.go_on()
            case Verdict.UNKNOWN:
                return []

    def _take(self, interruption: Interruption, t: float) -> list[do.Command]:
        """The agent stops for good."""
        self._state.interruption = None
        return self._floor.take(t) + self._adopt(interruption, t)

    def _adopt(self, interruption: Interruption, t: float) -> list[do.Command]:
        """What the caller has said so far belongs to a turn of its own."""
        state, turn = self._state, self._state.turn
        assert turn is not None
        state.interruption = None
        commands: list[do.Command] = []
        latest = interruption.latest
        if interruption.stage is Stage.GOES_ON:
            if latest is not None and interruption.words.pop(latest) is None:
                commands.append(do.CancelRecognition(latest))  # heard anew with what follows
            turn.utterances = dict(interruption.words)
            state.phase, state.deadline_s = Phase.HEARING, t + LONGEST_HEARING_S
            return commands
        turn.utterances = dict(interruption.words)
        turn.moments = Moments(
            speech_ended_s=interruption.stopped_s,
            silence_ms=interruption.silence_ms,
            transcribed_s=t if interruption.is_recognised else None,
        )
        state.begin_to_understand(t)
        if interruption.stage is Stage.PAUSES:
            turn.pause, state.deadline_s = latest, t + LONGEST_HEARING_S
        return commands
