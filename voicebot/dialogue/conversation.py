"""Who has the floor, and what becomes of what the agent wants said?

Takes what happened and returns what to do. The caller always comes first: speech and keys
stop the agent, and speech before the answer is audible is taken as going on, so that both
parts are understood together. What to answer is the agent's to say, turn by turn. Whatever
fails, the caller hears words.

All times are seconds since the call began.
"""

from datetime import datetime, timedelta

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, TransferResult
from voicebot.dialogue import limits
from voicebot.dialogue.agent import EndCall, HandOver, Listen, Say, SetRecording, Step
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.dialogue.floor import Floor
from voicebot.dialogue.interruptions import Interruptions
from voicebot.dialogue.patience import ask_for_patience
from voicebot.dialogue.phrases import split
from voicebot.dialogue.routing import Why
from voicebot.dialogue.turn import PhraseState


class Conversation:
    """Decides; a call agent feeds it and carries out what it returns."""

    def __init__(
        self, business: Business, started_at: datetime, state: ConversationState | None = None
    ) -> None:
        self._business = business
        self._started_at = started_at
        self.state = state if state is not None else ConversationState()
        self.state.filler_after_s = business.silence.filler_after_s
        self._floor = Floor(self.state, started_at, business.language)
        self._interruptions = Interruptions(self.state, self._floor)

    @property
    def agent_is_audible(self) -> bool:
        """Whether speech from the caller would now be an interruption."""
        turn = self.state.turn
        return turn is not None and turn.is_audible and not turn.is_over

    def next_deadline_s(self) -> float | None:
        return self.state.next_deadline_s

    def open(self, opening: str, t: float) -> list[do.Command]:
        """The first words of the call."""
        self.state.owed = list(self._business.disclosures_in(opening))
        return self._speak_unasked(opening, t)

    def come_back(self, result: TransferResult, t: float) -> list[do.Command]:
        """Nobody took the caller over: the agent goes on."""
        self.state.turn = self._floor.new_turn(t)
        self.state.turn.came_back = result
        return self._think(t)

    def receive(self, event: on.ConversationEvent, t: float) -> list[do.Command]:
        """What to do about an event. Late and repeated ones change nothing."""
        state, turn = self.state, self.state.turn
        if state.phase is Phase.OVER:
            return []
        if (taken := self._interruptions.receive(event, t)) is not None:
            return taken + (self._understand(t) if state.turn is not turn else [])
        match event:
            case on.SpeechStarted():
                return self._floor.caller_speaks(t)
            case on.SpeechPaused():
                return self._floor.caller_pauses(event, t)
            case on.SpeechResumed():
                return self._floor.caller_goes_on(t)
            case on.SpeechEnded(utterance_id, silence_ms):
                if turn is not None and turn.pause == utterance_id:
                    return self._confirm(silence_ms, t)
                return self._floor.caller_stops(utterance_id, silence_ms, t)
            case on.Transcribed(id_, text) if turn is not None and turn.awaits(id_):
                turn.utterances[id_] = text.strip()
                state.unrecognised_in_row = 0
                turn.moments.transcribed_s = t
                return self._understand(t)
            case on.RecognitionFailed(id_) if turn is not None and turn.awaits(id_):
                if turn.pause == id_:
                    return self._floor.caller_goes_on(t)  # tried anew when the caller has finished
                turn.utterances[id_] = ""
                state.unrecognised_in_row += 1
                if state.unrecognised_in_row >= limits.UNRECOGNISED_TO_GIVE_UP:
                    return self._give_up("recognition-unavailable")
                if state.phase is not Phase.UNDERSTANDING or not turn.is_transcribed:
                    return []
                state.unheard = None
                return self._say(self._business.phrases.not_understood, t)
            case on.PutOnHold():
                commands = self._floor.caller_speaks(t)
                if state.phase is Phase.HEARING:
                    state.deadline_s = t + limits.LONGEST_HOLD_S
                return commands
            case on.TakenOffHold() if state.phase is Phase.HEARING:
                # As after a noise: what the caller has not heard is said now.
                state.wordless_since_s = t
                state.begin_to_understand(t)
                return self._understand(t)
            case on.KeyPressed(digit):
                return self._key(digit, t)
            case on.Retrieved(id_) if turn is not None and turn.reply_id == id_:
                turn.note_retrieved(t)
            case on.Stepped(id_, step) if turn is not None and turn.reply_id == id_:
                return self._follow(step, t)
            case on.ThinkingDone(id_, memory) if turn is not None and turn.reply_id == id_:
                turn.reply_id, turn.memory = None, memory
                # An agent that says nothing would leave the caller in silence.
                silent = not turn.is_answered and turn.ending is None
                return self._say(self._business.phrases.unknown, t) if silent else self._go_on(t)
            case on.ThinkingFailed(id_) if turn is not None and turn.reply_id == id_:
                turn.reply_id, turn.ending = None, None
                if turn.is_answered:
                    return self._go_on(t)
                return self._say(self._business.phrases.trouble, t)
            case on.Promised(outcome):
                state.promised = outcome
            case on.PhraseStarted(phrase_id, synthesis_ms):
                self._floor.phrase_started(phrase_id, synthesis_ms, t)
            case on.PhrasePlayed() | on.PhraseFailed():
                return self._phrase_over(event, t)
            case on.Silenced(heard):
                return self._floor.silenced(heard)
        return []

    def on_deadline(self, t: float) -> list[do.Command]:
        """The caller said nothing for too long, or has heard the farewell."""
        state = self.state
        if (resumed := self._interruptions.on_deadline(t)) is not None:
            return resumed
        if state.deadline_s is None or t < state.deadline_s:
            return []
        state.deadline_s = None
        if state.turn is not None and state.turn.pause is not None:
            return self._confirm(None, t)
        if state.phase is Phase.CLOSING:
            state.phase = Phase.OVER
            return [do.HangUp(state.ending_cause)]
        if state.phase in (Phase.HEARING, Phase.KEYING):
            state.begin_to_understand(t)
            return self._understand(t)
        if state.phase is Phase.UNDERSTANDING:
            return self._put_off(t)
        assert state.phase is Phase.LISTENING, "whoever speaks or thinks is waited for"
        phrases = self._business.phrases
        prompts = (phrases.still_there_first, phrases.still_there_second)
        state.silent_prompts += 1
        if state.silent_prompts <= len(prompts):
            return self._speak_unasked(prompts[state.silent_prompts - 1], t)
        return self.say_farewell(phrases.silent_farewell, t)

    def end(self) -> list[do.Command]:
        """The caller is gone: what is open is closed as far as it was heard."""
        return self._floor.end()

    # --- the caller has spoken, or presses keys -----------------------------

    def _confirm(self, silence_ms: int | None, t: float) -> list[do.Command]:
        """The caller had finished when the pause began."""
        state, turn = self.state, self.state.turn
        assert turn is not None
        turn.pause, turn.moments.end_silence_ms = None, silence_ms
        if state.phase is Phase.UNDERSTANDING:
            state.begin_to_understand(t)
        else:
            state.deadline_s = None
        understood = [] if turn.reply_id is not None else self._understand(t)
        return [do.Confirm(), *understood]

    def _key(self, digit: str, t: float) -> list[do.Command]:
        state = self.state
        if state.phase in (Phase.CLOSING, Phase.AWAY):
            return []
        commands = self._floor.caller_goes_on(t)
        commands += [] if state.phase is Phase.HEARING else self._floor.take(t)
        turn, listen = state.turn, state.listen
        assert turn is not None
        is_last = digit == listen.last_key and listen.max_keys > 1
        if not is_last:
            turn.keys += digit
        is_complete = is_last or len(turn.keys) >= listen.max_keys
        if state.phase is Phase.HEARING:
            return commands  # the words come first; then both are understood together
        if not is_complete:
            state.phase, state.deadline_s = Phase.KEYING, t + limits.BETWEEN_KEYS_S
            return commands
        state.begin_to_understand(t)
        return commands + self._understand(t)

    # --- what was said, and what to answer ---------------------------------

    def _understand(self, t: float) -> list[do.Command]:
        state, turn = self.state, self.state.turn
        if turn is None or state.phase is not Phase.UNDERSTANDING or not turn.is_transcribed:
            return []
        unheard, says_nothing = state.unheard, state.says_nothing
        if turn.pause is not None and says_nothing:
            return []  # it may be a word yet
        state.unheard = None
        if says_nothing and not turn.keys:
            if turn.came_back is not None:
                return self._think(t)
            if t >= state.wordless_since_s + limits.LONGEST_NOISE_S:
                return self.say_farewell(self._business.phrases.silent_farewell, t)
            # A noise stopped the agent: go on with what the caller has not heard.
            if unheard is not None:
                turn.source, turn.fact_id = unheard.source, unheard.fact_id
                return self._say(unheard.text, t) + self._end_with(unheard.ending, t)
            self._floor.drop(turn)
            state.phase = Phase.LISTENING
            return self._listen(t)
        state.silent_prompts, state.wordless_since_s = 0, t
        return self._think(t)

    def _put_off(self, t: float) -> list[do.Command]:
        """Nothing has come of the caller's words for too long."""
        state, turn = self.state, self.state.turn
        assert turn is not None
        asked = ask_for_patience(state, self._business.phrases, t)
        if asked is not None:
            return asked
        cancelled = [] if (id_ := turn.drop_work()) is None else [do.CancelThinking(id_)]
        return cancelled + self._say(self._business.phrases.trouble, t)

    def _think(self, t: float) -> list[do.Command]:
        state, turn = self.state, self.state.turn
        assert turn is not None
        if state.phase is not Phase.UNDERSTANDING:
            state.begin_to_understand(t)
        return [state.think(turn, self._started_at + timedelta(seconds=t))]

    def _follow(self, step: Step, t: float) -> list[do.Command]:
        """Does what the agent wants."""
        state, turn = self.state, self.state.turn
        assert turn is not None
        match step:
            case Say(text, source, fact_id, route):
                # A model that was asked in vain was waited for, too.
                was_withheld = route is not None and route.reason == Why.WITHHELD
                if source is AnswerSource.MODEL or was_withheld:
                    turn.moments.was_generated = True
                if not turn.is_answered or source is not AnswerSource.SCRIPT:
                    turn.source, turn.fact_id, turn.route = source, fact_id, route
                return self._say(text, t)
            case Listen():
                turn.listen = step
            case SetRecording(is_on):
                return state.set_recording(is_on=is_on)
            case EndCall() | HandOver():
                return self._end_with(step, t)
        return []

    def _end_with(self, ending: EndCall | HandOver | None, t: float) -> list[do.Command]:
        state, turn = self.state, self.state.turn
        assert turn is not None
        turn.ending = ending
        if isinstance(ending, EndCall):
            state.caller_took_leave = state.caller_took_leave or ending.took_leave
            state.phase = Phase.CLOSING
            return self._go_on(t)
        return []

    # --- the agent speaks --------------------------------------------------

    def _say(self, text: str, t: float) -> list[do.Command]:
        """Answers within the open turn; what was cut of the disclosures comes first."""
        state, turn = self.state, self.state.turn
        assert turn is not None
        state.phase = Phase.SPEAKING
        is_held = turn.pause is not None
        if not is_held:
            state.deadline_s = None
        parts = split(text)
        known = {*parts, *(phrase.text for phrase in turn.phrases)}
        owed = [phrase for phrase in state.owed if phrase not in known]
        spoken = [turn.add_phrase(part, t) for part in (*owed, *parts)]
        return [do.Say(phrase.phrase_id, phrase.text, is_held) for phrase in spoken]

    def _speak_unasked(self, text: str, t: float) -> list[do.Command]:
        self.state.turn = self._floor.new_turn(t)
        return self._say(text, t)

    def say_farewell(self, text: str, t: float) -> list[do.Command]:
        """The last words; then the call is ended."""
        if self.state.turn is None:
            self.state.turn = self._floor.new_turn(t)
        commands = self._say(text, t)
        self.state.phase = Phase.CLOSING
        return commands

    def _phrase_over(self, event: on.PhrasePlayed | on.PhraseFailed, t: float) -> list[do.Command]:
        state = self.state
        phrase = state.phrase(event.phrase_id)
        if phrase is None or phrase.is_over:
            return []
        if isinstance(event, on.PhrasePlayed):
            phrase.state, phrase.heard = PhraseState.PLAYED, phrase.text
            state.failures_in_row, state.wordless_since_s = 0, t
            state.owed = [text for text in state.owed if text != phrase.text]
            return self._go_on(t)
        phrase.state = PhraseState.FAILED
        state.failures_in_row += 1
        if state.failures_in_row >= limits.FAILURES_TO_GIVE_UP and state.phase is not Phase.CLOSING:
            return self._give_up("speech-unavailable")
        return self._go_on(t)

    def _give_up(self, reason: str) -> list[do.Command]:
        """The dialplan apologises, and looks after the caller."""
        self.state.phase, self.state.deadline_s = Phase.OVER, None
        return [do.Leave(reason)]

    def _go_on(self, t: float) -> list[do.Command]:
        """Closes the turn once all of its answer is over."""
        state, turn = self.state, self.state.turn
        if turn is None or not turn.is_over:
            return []
        is_said = state.phase in (Phase.SPEAKING, Phase.CLOSING)
        # Without a word: the agent has only asked for something to be done.
        is_done = state.phase is Phase.UNDERSTANDING and turn.memory is not None
        if not is_said and not is_done:
            return []
        if state.phase is not Phase.CLOSING and not turn.said_heard and turn.is_answered:
            # All of it failed, so nothing of it was agreed on. If this fails, too, the call is
            # given up.
            turn.source, turn.fact_id = AnswerSource.SCRIPT, None
            turn.memory = turn.listen = None
            return self._say(self._business.phrases.trouble, t)
        state.turn = None
        commands = self._floor.close(turn) + self._interruptions.answer_is_over()
        if state.phase is Phase.CLOSING:
            state.deadline_s, state.interruption = t + limits.AFTER_FAREWELL_S, None
            return commands
        if isinstance(turn.ending, HandOver):
            state.phase, state.deadline_s, state.interruption = Phase.AWAY, None, None
            return [*commands, do.Transfer(turn.ending.transfer_id, turn.ending.summary)]
        state.phase = Phase.LISTENING
        state.listen = turn.listen if turn.listen is not None else Listen()
        commands += self._listen(t) + self._interruptions.outlives_answer(t)
        return commands + self._understand(t)

    def _listen(self, t: float) -> list[do.Command]:
        self.state.deadline_s = t + self._business.silence.patience_s
        return []
