"""What becomes of what the agent was saying, or was about to say, when the caller takes the floor?

What nobody has heard never happened; what was heard in part is remembered as far as it was. In a
pause, of which nobody knows yet whether it is the end, an answer is prepared that nobody hears.
"""

from dataclasses import replace
from datetime import datetime

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import PhraseId, UtteranceId
from voicebot.dialogue.conversation_state import ConversationState, Phase, Unheard
from voicebot.dialogue.limits import LONGEST_HEARING_S
from voicebot.dialogue.masking import mask
from voicebot.dialogue.turn import Moments, OpenTurn, PhraseState
from voicebot.turns.playback import HeardPhrase


class Floor:
    """The turns of one conversation: begun, interrupted, closed. Times: seconds of the call."""

    def __init__(self, state: ConversationState, started_at: datetime, language: str) -> None:
        self._state = state
        self._started_at = started_at
        self._language = language  # in which it is told how much of a phrase was heard

    def new_turn(self, t: float) -> OpenTurn:
        number, attempts = self._state.next_number, self._state.attempts_before
        self._state.next_number, self._state.attempts_before = number + 1, 0
        return OpenTurn(number, t, attempts=attempts)

    def drop(self, turn: OpenTurn) -> None:
        """Nothing came of the latest turn: its number is the next one's, but no id of it is."""
        self._state.turn, self._state.next_number = None, turn.number
        self._state.attempts_before = turn.attempts + bool(turn.phrases)

    def caller_speaks(self, t: float) -> list[do.Command]:
        state = self._state
        if state.phase in (Phase.CLOSING, Phase.HEARING, Phase.AWAY):
            return []  # a farewell is never cut
        if state.turn is not None and state.turn.pause is not None:
            return self.caller_goes_on(t)
        commands = self.take(t)
        state.phase, state.deadline_s = Phase.HEARING, t + LONGEST_HEARING_S
        return commands

    def caller_pauses(self, event: on.SpeechPaused, t: float) -> list[do.Command]:
        """All is prepared that the answer takes."""
        commands = self.caller_stops(event.utterance_id, event.silence_ms, t)
        turn = self._state.turn
        if commands and turn is not None:
            turn.pause, turn.has_voice_fallen = event.utterance_id, event.has_fallen
            self._state.deadline_s = t + LONGEST_HEARING_S
        return commands

    def caller_stops(
        self, utterance_id: UtteranceId, silence_ms: int, t: float
    ) -> list[do.Command]:
        state, turn = self._state, self._state.turn
        if turn is None or state.phase is not Phase.HEARING or utterance_id in turn.utterances:
            return []
        # Begun anew: what is known of the turn's earlier utterances took no time of this.
        turn.moments = Moments(speech_ended_s=t, silence_ms=silence_ms)
        state.begin_to_understand(t)
        turn.utterances[utterance_id] = None
        return [do.Recognize(utterance_id)]

    def caller_goes_on(self, t: float) -> list[do.Command]:
        """After a pause: it was not the end."""
        state, turn = self._state, self._state.turn
        if turn is None or turn.pause is None:
            return []
        state.phase, state.deadline_s = Phase.HEARING, t + LONGEST_HEARING_S
        moments = turn.moments
        if moments.speech_ended_s is not None and moments.silence_ms is not None:
            pause_ms = moments.silence_ms + round((t - moments.speech_ended_s) * 1000)
            state.longest_pause_ms = max(state.longest_pause_ms, pause_ms)
        return self._give_back(turn)

    def take(self, t: float) -> list[do.Command]:
        """Stops the agent; what nobody has heard of its answer never happened."""
        state, turn = self._state, self._state.turn
        commands: list[do.Command] = []
        state.deadline_s = None
        if state.interruption is not None:
            commands += state.interruption.forget()
            state.interruption = None
        if turn is not None and turn.pause is not None:
            commands += self._give_back(turn)
        if turn is not None:
            commands += _stop(turn)
            if turn.is_audible or (turn.phrases and not (turn.heard or turn.keys)):
                turn.is_interrupted = True
                commands += self.forget_stopping()
                self._keep_notes(turn)
                state.stopping, state.turn = turn, None
            else:
                turn.start_over()
        if state.turn is None:
            state.turn = self.new_turn(t)
        return commands

    def _give_back(self, turn: OpenTurn) -> list[do.Command]:
        """The caller goes on after a pause: what was prepared in it leaves no trace."""
        assert turn.pause is not None
        utterance_id, turn.pause = turn.pause, None
        commands: list[do.Command] = []
        if turn.awaits(utterance_id):
            commands.append(do.CancelRecognition(utterance_id))
        commands += _stop(turn)
        del turn.utterances[utterance_id]
        turn.start_over()
        return commands

    def fall_silent(self, t: float) -> list[do.Command]:
        """Stops the agent, who hears nobody until it says farewell."""
        commands = self.take(t)
        self._state.phase, self._state.deadline_s = Phase.AWAY, None
        return commands

    def forget_stopping(self) -> list[do.Command]:
        stopping, self._state.stopping = self._state.stopping, None
        if stopping is None:
            return []
        stopping.cut()
        return self.close(stopping)

    def phrase_started(self, phrase_id: PhraseId, synthesis_ms: int, t: float) -> None:
        """The caller begins to hear a phrase."""
        turn = self._state.turn
        phrase = turn.phrase(phrase_id) if turn is not None else None
        if turn is None or phrase is None or phrase.state is not PhraseState.ASKED:
            return
        phrase.state = PhraseState.AUDIBLE
        if turn.moments.audible_s is None and not phrase.is_filler:
            turn.moments.audible_s, turn.moments.synthesis_ms = t, synthesis_ms

    def silenced(self, phrases: tuple[HeardPhrase, ...]) -> list[do.Command]:
        stopping, self._state.stopping = self._state.stopping, None
        if stopping is None:
            return []
        stopping.cut(phrases, self._language)
        rest = " ".join(item.text for item in stopping.phrases if item.state is PhraseState.CUT)
        if rest and self._state.phase in (Phase.HEARING, Phase.UNDERSTANDING):
            self._state.unheard = Unheard(rest, stopping.source, stopping.fact_id, stopping.ending)
        return self.close(stopping)

    def close(self, turn: OpenTurn) -> list[do.Command]:
        record = turn.record(self._started_at)
        # Card data is kept nowhere; while it is given, no digits at all.
        heard = mask(record.heard, strictly=self._state.is_recording_paused)
        record = replace(record, heard=heard)
        if record.said_heard:
            self._keep_notes(turn)
        self._state.remember(record)
        return [do.NoteTurn(record)]

    def end(self) -> list[do.Command]:
        """The caller is gone: what is open is closed as far as it was heard."""
        state = self._state
        commands: list[do.Command] = []
        for turn in (state.stopping, state.turn):
            if turn is not None and (turn.phrases or turn.utterances or turn.keys):
                turn.cut()
                commands += self.close(turn)
        state.stopping = state.turn = state.deadline_s = None
        state.phase = Phase.OVER
        return commands

    def _keep_notes(self, turn: OpenTurn) -> None:
        """The agent's notes count once the caller has heard any of the answer."""
        if turn.memory is not None:
            self._state.memory, turn.memory = turn.memory, None


def _stop(turn: OpenTurn) -> list[do.Command]:
    """Nothing more of the answer is thought or said."""
    commands: list[do.Command] = []
    if turn.reply_id is not None:
        commands.append(do.CancelThinking(turn.reply_id))
        turn.reply_id = None
    if turn.phrases:
        commands.append(do.StopSpeaking())
    return commands
