"""What does the agent do next in this conversation?

Takes what happened and returns what to do. The caller always comes first: speech
stops the agent, and speech before the answer is audible is taken as going on, so
that both parts are understood together. Whatever fails, the caller hears words.

All times are seconds since the call began.
"""

from datetime import datetime, timedelta

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, PhraseId
from voicebot.dialogue import prompt
from voicebot.dialogue.answering import Answer, answer_at_once, answer_from_facts, may_be_said
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation_state import ConversationState, Phase, Unheard
from voicebot.dialogue.phrases import split
from voicebot.dialogue.turn import Moments, OpenTurn, PhraseState
from voicebot.turns.playback import HeardPhrase

# Lets the last frames of a farewell pass through bridge and RTP before the BYE.
AFTER_FAREWELL_S = 0.2
# So many phrases in a row that nobody could hear: the call cannot be held any more.
FAILURES_TO_GIVE_UP = 2
# So many utterances in a row that could not be recognised: people understand this caller.
UNRECOGNISED_TO_GIVE_UP = 3
# Beyond the longest utterance: whoever should have told its end is gone.
LONGEST_HEARING_S = 40.0
NORMAL_CLEARING = 16  # ITU-T Q.850


class Conversation:
    """Decides; a call agent feeds it and carries out what it returns."""

    def __init__(
        self, business: Business, started_at: datetime, state: ConversationState | None = None
    ) -> None:
        self._business = business
        self._started_at = started_at
        self.state = state if state is not None else ConversationState()

    @property
    def agent_is_audible(self) -> bool:
        """Whether speech from the caller would now be an interruption."""
        turn = self.state.turn
        return turn is not None and turn.is_audible and not turn.is_over

    @property
    def is_closing(self) -> bool:
        """Whether the farewell is on its way to the caller."""
        return self.state.phase is Phase.CLOSING

    def next_deadline_s(self) -> float | None:
        return self.state.deadline_s

    def open(self, t: float) -> list[do.Command]:
        """The first words of the call."""
        self.state.owed = list(self._business.disclosures)
        return self._speak_unasked(self._business.opening, t)

    def receive(self, event: on.ConversationEvent, t: float) -> list[do.Command]:
        """What to do about an event. Late and repeated ones change nothing."""
        state, turn = self.state, self.state.turn
        if state.phase is Phase.OVER:
            return []
        match event:
            case on.SpeechStarted():
                return self._caller_speaks(t)
            case on.SpeechEnded(utterance_id, silence_ms) if turn is not None:
                if state.phase is not Phase.HEARING or utterance_id in turn.utterances:
                    return []
                state.phase, state.deadline_s = Phase.UNDERSTANDING, None
                turn.utterances[utterance_id] = None
                # Begun anew: what is known of the turn's earlier utterances took no time of this.
                turn.moments = Moments(speech_ended_s=t, silence_ms=silence_ms)
                return [do.Recognize(utterance_id)]
            case on.Transcribed(id_, text) if turn is not None and turn.awaits(id_):
                turn.utterances[id_] = text.strip()
                state.unrecognised_in_row = 0
                turn.moments.transcribed_s = t
                return self._understand(t)
            case on.RecognitionFailed(id_) if turn is not None and turn.awaits(id_):
                turn.utterances[id_] = ""
                state.unrecognised_in_row += 1
                if state.unrecognised_in_row >= UNRECOGNISED_TO_GIVE_UP:
                    return self._give_up("recognition-unavailable")
                if state.phase is not Phase.UNDERSTANDING or not turn.is_transcribed:
                    return []
                state.unheard = None
                return self._say(self._business.phrases.not_understood, t)
            case on.Retrieved(id_, candidates) if turn is not None and turn.reply_id == id_:
                turn.moments.retrieved_s = t
                return self._answer(candidates, t)
            case on.ReplyPhrase(id_, text) if turn is not None and turn.reply_id == id_:
                return self._review(text, t)
            case on.ReplyFinished(id_) | on.ReplyFailed(id_) if (
                turn is not None and turn.reply_id == id_
            ):
                turn.reply_id = None
                if turn.phrases:
                    return self._go_on(t)
                phrases, has_failed = self._business.phrases, isinstance(event, on.ReplyFailed)
                return self._say(phrases.trouble if has_failed else phrases.unknown, t)
            case on.PhraseStarted(phrase_id, synthesis_ms):
                return self._phrase_started(phrase_id, synthesis_ms, t)
            case on.PhrasePlayed() | on.PhraseFailed():
                return self._phrase_over(event, t)
            case on.Silenced(heard):
                return self._silenced(heard)
        return []

    def on_deadline(self, t: float) -> list[do.Command]:
        """The caller said nothing for too long, or has heard the farewell."""
        state = self.state
        if state.deadline_s is None or t < state.deadline_s:
            return []
        state.deadline_s = None
        if state.phase is Phase.CLOSING:
            state.phase = Phase.OVER
            return [do.HangUp(NORMAL_CLEARING)]
        if state.phase is Phase.HEARING:
            state.phase = Phase.UNDERSTANDING
            return self._understand(t)
        assert state.phase is Phase.LISTENING, "whoever speaks or thinks is waited for"
        phrases = self._business.phrases
        state.silent_prompts += 1
        if state.silent_prompts == 1:
            return self._speak_unasked(phrases.still_there_first, t)
        if state.silent_prompts == 2:
            return self._speak_unasked(phrases.still_there_second, t)
        return self._say_farewell(phrases.silent_farewell, t)

    def end(self) -> list[do.Command]:
        """The caller is gone: what is open is closed as far as it was heard."""
        state = self.state
        commands: list[do.Command] = []
        for turn in (state.stopping, state.turn):
            if turn is not None and (turn.phrases or turn.utterances):
                turn.cut()
                commands += self._close(turn)
        state.stopping = state.turn = state.deadline_s = None
        state.phase = Phase.OVER
        return commands

    # --- the caller speaks -------------------------------------------------

    def _caller_speaks(self, t: float) -> list[do.Command]:
        state = self.state
        if state.phase in (Phase.CLOSING, Phase.HEARING):
            return []  # a farewell is never cut
        state.deadline_s = t + LONGEST_HEARING_S
        commands: list[do.Command] = []
        turn = state.turn
        if turn is not None:
            if turn.reply_id is not None:
                commands.append(do.CancelReply(turn.reply_id))
                turn.reply_id = None
            if turn.phrases:
                commands.append(do.StopSpeaking())
            if turn.is_audible or (turn.phrases and not turn.heard):
                turn.is_interrupted = True
                commands += self._forget_stopping()
                state.stopping, state.turn = turn, None
            else:
                turn.start_over()
                state.offered_fact_id = None  # nobody heard that offer
        if state.turn is None:
            state.turn = self._new_turn(t)
        state.phase = Phase.HEARING
        return commands

    def _forget_stopping(self) -> list[do.Command]:
        stopping, self.state.stopping = self.state.stopping, None
        if stopping is None:
            return []
        stopping.cut()
        return self._close(stopping)

    def _silenced(self, phrases: tuple[HeardPhrase, ...]) -> list[do.Command]:
        stopping, self.state.stopping = self.state.stopping, None
        if stopping is None:
            return []
        stopping.cut(phrases)
        rest = " ".join(item.text for item in stopping.phrases if item.state is PhraseState.CUT)
        if rest and self.state.phase in (Phase.HEARING, Phase.UNDERSTANDING):
            self.state.unheard = Unheard(rest, stopping.source, stopping.fact_id)
        return self._close(stopping)

    # --- what was said, and what to answer ---------------------------------

    def _understand(self, t: float) -> list[do.Command]:
        state, turn = self.state, self.state.turn
        assert turn is not None
        if state.phase is not Phase.UNDERSTANDING or not turn.is_transcribed:
            return []
        unheard, state.unheard = state.unheard, None
        if not turn.heard:
            # A noise stopped the agent: go on with what the caller has not heard.
            if unheard is not None:
                return self._give(Answer(unheard.text, unheard.source, unheard.fact_id), t)
            state.turn, state.phase = None, Phase.LISTENING
            if turn.is_untouched:
                state.next_number -= 1
            return self._listen(t)
        state.silent_prompts = 0
        if state.offered_fact_id is not None:
            # Kept in the turn: "yes", and before the answer is heard "yes, please", is one yes.
            turn.answers_offer, state.offered_fact_id = state.offered_fact_id, None
        answer = answer_at_once(
            self._business,
            turn.heard,
            self._at(t),
            offered_fact_id=turn.answers_offer,
            last=state.records[-1] if state.records else None,
        )
        if answer is None:
            return [do.Retrieve(turn.await_reply(), turn.heard)]
        return self._give(answer, t)

    def _answer(self, candidates: tuple[Candidate, ...], t: float) -> list[do.Command]:
        turn = self.state.turn
        assert turn is not None
        turn.reply_id = None
        answer = answer_from_facts(self._business, candidates, self._at(t))
        if answer is not None:
            return self._give(answer, t)
        messages = prompt.messages_for(self._business, self.state.history, turn.heard)
        return [
            do.Reply(turn.await_reply(), tuple(messages), prompt.MAX_TOKENS, prompt.TEMPERATURE)
        ]

    def _review(self, text: str, t: float) -> list[do.Command]:
        turn = self.state.turn
        assert turn is not None
        assert turn.reply_id is not None
        said = [phrase.text for phrase in turn.phrases]
        if may_be_said(self._business, text, turn.heard, said):
            turn.source, turn.moments.was_generated = AnswerSource.MODEL, True
            return self._say(text, t)
        commands: list[do.Command] = [do.CancelReply(turn.reply_id)]
        turn.reply_id = None
        if turn.phrases:
            return commands + self._go_on(t)
        turn.moments.was_generated = True
        return commands + self._say(self._business.phrases.unknown, t)

    # --- the agent speaks --------------------------------------------------

    def _give(self, answer: Answer, t: float) -> list[do.Command]:
        state, turn = self.state, self.state.turn
        assert turn is not None
        turn.source, turn.fact_id = answer.source, answer.fact_id
        if answer.offered_fact_id is not None:
            state.offered_fact_id = answer.offered_fact_id
        if answer.is_farewell:
            state.caller_took_leave = True
            return self._say_farewell(answer.text, t)
        return self._say(answer.text, t)

    def _say(self, text: str, t: float) -> list[do.Command]:
        """Answers within the open turn; what was cut of the disclosures comes first."""
        state, turn = self.state, self.state.turn
        assert turn is not None
        state.phase, state.deadline_s = Phase.SPEAKING, None
        parts = split(text)
        known = {*parts, *(phrase.text for phrase in turn.phrases)}
        owed = [phrase for phrase in state.owed if phrase not in known]
        spoken = [turn.add_phrase(part, t) for part in (*owed, *parts)]
        return [do.Say(phrase.phrase_id, phrase.text) for phrase in spoken]

    def _speak_unasked(self, text: str, t: float) -> list[do.Command]:
        self.state.turn = self._new_turn(t)
        return self._say(text, t)

    def _say_farewell(self, text: str, t: float) -> list[do.Command]:
        if self.state.turn is None:
            self.state.turn = self._new_turn(t)
        commands = self._say(text, t)
        self.state.phase = Phase.CLOSING
        return commands

    def _phrase_started(self, phrase_id: PhraseId, synthesis_ms: int, t: float) -> list[do.Command]:
        turn = self.state.turn
        phrase = turn.phrase(phrase_id) if turn is not None else None
        if turn is None or phrase is None or phrase.state is not PhraseState.ASKED:
            return []
        phrase.state = PhraseState.AUDIBLE
        if turn.moments.audible_s is None:
            turn.moments.audible_s, turn.moments.synthesis_ms = t, synthesis_ms
        return []

    def _phrase_over(self, event: on.PhrasePlayed | on.PhraseFailed, t: float) -> list[do.Command]:
        state = self.state
        # Its mark may come back while the agent is being stopped: then it was heard, too.
        phrases = [turn.phrase(event.phrase_id) for turn in (state.turn, state.stopping) if turn]
        phrase = next((item for item in phrases if item is not None), None)
        if phrase is None or phrase.is_over:
            return []
        if isinstance(event, on.PhrasePlayed):
            phrase.state, phrase.heard = PhraseState.PLAYED, phrase.text
            state.failures_in_row = 0
            state.owed = [text for text in state.owed if text != phrase.text]
            return self._go_on(t)
        phrase.state = PhraseState.FAILED
        state.failures_in_row += 1
        if state.failures_in_row >= FAILURES_TO_GIVE_UP and state.phase is not Phase.CLOSING:
            return self._give_up("speech-unavailable")
        return self._go_on(t)

    def _give_up(self, reason: str) -> list[do.Command]:
        """The dialplan apologises, and looks after the caller."""
        self.state.phase, self.state.deadline_s = Phase.OVER, None
        return [do.Leave(reason)]

    def _go_on(self, t: float) -> list[do.Command]:
        """Closes the turn once all of its answer is over."""
        state, turn = self.state, self.state.turn
        if turn is None or not turn.is_over or state.phase not in (Phase.SPEAKING, Phase.CLOSING):
            return []
        if state.phase is Phase.SPEAKING and not turn.said_heard:
            # All of it failed. If this fails, too, the call is given up.
            turn.source, turn.fact_id = AnswerSource.SCRIPT, None
            return self._say(self._business.phrases.trouble, t)
        state.turn = None
        commands = self._close(turn)
        if state.phase is Phase.CLOSING:
            state.deadline_s = t + AFTER_FAREWELL_S
            return commands
        state.phase = Phase.LISTENING
        return commands + self._listen(t)

    def _listen(self, t: float) -> list[do.Command]:
        self.state.deadline_s = t + self._business.silence.patience_s
        return []

    def _new_turn(self, t: float) -> OpenTurn:
        number = self.state.next_number
        self.state.next_number += 1
        return OpenTurn(number, t)

    def _at(self, t: float) -> datetime:
        return self._started_at + timedelta(seconds=t)

    def _close(self, turn: OpenTurn) -> list[do.Command]:
        record = turn.record(self._started_at)
        self.state.remember(record)
        return [do.NoteTurn(record)]
