"""Where does a conversation stand, completely enough that another process can go on?

Times are seconds since the call began.
"""

from bisect import bisect
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from math import inf

from pydantic import JsonValue

from voicebot.calls import commands as do
from voicebot.calls.hangup_causes import CHANNEL_UNAVAILABLE, NORMAL_CLEARING
from voicebot.calls.model import AnswerSource, Outcome, PhraseId, ReplyId, TurnRecord
from voicebot.dialogue.agent import EndCall, HandOver, Listen
from voicebot.dialogue.back_channel import is_back_channel
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.interruption import Interruption, Verdict
from voicebot.dialogue.masking import mask
from voicebot.dialogue.turn import OpenTurn, SpokenPhrase
from voicebot.turns.end_of_turn import EndRules, end_silence_ms

# Silence after a caller's last word grows long soon; then the agent asks for a moment, and if
# nothing comes of that either, owns up. Both are spoken from the cache.
PUT_OFF_AFTER_S = 2.0
FILLER_AFTER_S = 1.0
# An answer that is due may still come before its filler.
SOONEST_FILLER_S = 0.15
OWN_UP_AFTER_S = 3.2
END_RULES = EndRules()
# What is answered from these was understood whole.
KNOWN_SOURCES = (AnswerSource.FACT, AnswerSource.RETRIEVED)


class Phase(StrEnum):
    """Who has the floor."""

    LISTENING = "listening"  # nobody speaks
    HEARING = "hearing"  # the caller speaks
    KEYING = "keying"  # the caller enters a number with keys
    UNDERSTANDING = "understanding"  # the caller has spoken; words, facts, reply are awaited
    SPEAKING = "speaking"  # an answer, or a part of it, is on its way to the caller
    CLOSING = "closing"  # the farewell is on its way; then the call ends
    AWAY = "away"  # the caller is with a person, or on the way to one
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Unheard:
    """The rest of an answer that was cut short, to go on with if it was only a noise: private."""

    text: str
    source: AnswerSource
    fact_id: str | None
    ending: HandOver | EndCall | None = None


@dataclass(slots=True)
class ConversationState:
    """Everything that another process needs to go on from here."""

    phase: Phase = Phase.LISTENING
    turn: OpenTurn | None = None
    stopping: OpenTurn | None = None  # was interrupted; what was heard of it is not known yet
    interruption: Interruption | None = None  # of the turn in progress
    next_number: int = 0
    attempts_before: int = 0  # under that number, in turns of which nothing came
    before: list[Exchange] = field(default_factory=list)  # on the call that this one goes on with
    history: list[Exchange] = field(default_factory=list)
    records: list[TurnRecord] = field(default_factory=list)
    unheard: Unheard | None = None
    owed: list[str] = field(default_factory=list)  # phrases the caller must still hear
    memory: dict[str, JsonValue] = field(default_factory=dict)  # the agent's notes
    listen: Listen = field(default_factory=Listen)
    is_recording_paused: bool = False
    was_recorded: bool = True  # at any time, where calls are recorded at all
    promised: Outcome | None = None
    silent_prompts: int = 0
    is_inaudible: bool = False  # nothing comes from the caller's telephone
    wordless_since_s: float = 0.0  # the last words of either that were heard
    failures_in_row: int = 0  # phrases that could not be spoken
    unrecognised_in_row: int = 0  # utterances whose recognition failed
    deadline_s: float | None = None
    was_put_off: bool = False  # the caller was asked for a moment's patience in this turn
    put_off_at_s: float = 0.0  # will be, if nothing comes by then
    filler_after_s: float = FILLER_AFTER_S  # after the caller's last sound; the business says it
    filled_in: int | None = None  # the last turn that had a filler
    fillers_said: int = 0
    caller_took_leave: bool = False
    longest_pause_ms: int = 0  # after which the caller went on

    @property
    def says_nothing(self) -> bool:
        """Whether the words so far take no floor: none, or only that the caller listens."""
        heard = "" if self.turn is None else self.turn.heard
        if not heard or self.unheard is None:
            return not heard
        return is_back_channel(heard, self.unheard.text)

    @property
    def is_taking_leave(self) -> bool:
        """Whether either has said goodbye: nothing is cut off any more."""
        is_closing = self.phase in (Phase.CLOSING, Phase.OVER)
        # Nobody heard a goodbye that was said into a line that is dead.
        return self.caller_took_leave or (is_closing and not self.is_inaudible)

    @property
    def ending_cause(self) -> int:
        """Of the hang-up when we end the call."""
        return NORMAL_CLEARING if self.is_taking_leave else CHANNEL_UNAVAILABLE

    @property
    def next_deadline_s(self) -> float | None:
        """The caller is waited for no longer, or what the caller does over an answer."""
        of_sound_s = None if self.interruption is None else self.interruption.deadline_s
        deadlines_s = (self.deadline_s, of_sound_s)
        return min((item for item in deadlines_s if item is not None), default=None)

    @property
    def end_silence_ms(self) -> int | None:
        """How long a pause ends what the caller is saying; None: as always."""
        turn = self.turn
        if self.interruption is not None and self.interruption.verdict is Verdict.SOUND:
            return END_RULES.nothing_said_ms
        if self.listen.end_silence_ms is not None or turn is None or turn.pause is None:
            return self.listen.end_silence_ms
        if not turn.is_transcribed:
            return END_RULES.unknown_ms
        if self.says_nothing:
            return END_RULES.nothing_said_ms
        is_known = turn.is_answered and turn.source in KNOWN_SOURCES
        # Whoever paused so long before may do so again.
        makes_pauses = self.longest_pause_ms >= END_RULES.long_pause_ms
        return end_silence_ms(
            turn.heard,
            END_RULES,
            is_answer_known=is_known,
            has_fallen=turn.has_voice_fallen and not makes_pauses,
        )

    def begin_to_understand(self, t: float) -> None:
        """The caller has said all, or pressed the last key: an answer is owed."""
        self.phase, self.was_put_off = Phase.UNDERSTANDING, False
        self.put_off_at_s = t + PUT_OFF_AFTER_S
        self.deadline_s = min(self.put_off_at_s, self._filler_at_s(t))

    def _filler_at_s(self, t: float) -> float:
        turn = self.turn
        if turn is None or (self.filled_in is not None and self.filled_in >= turn.number - 1):
            return inf
        moments, silent_since_s = turn.moments, t
        if moments.speech_ended_s is not None and moments.silence_ms is not None:
            silent_since_s = moments.speech_ended_s - moments.silence_ms / 1000
        return max(t + SOONEST_FILLER_S, silent_since_s + self.filler_after_s)

    def think(self, turn: OpenTurn, at: datetime) -> do.Think:
        """Everything that the agent is told of this turn."""
        return do.Think(
            reply_id=turn.await_reply(),
            heard=turn.heard,
            utterances=tuple(turn.utterances),
            keys=turn.keys,
            at=at,
            history=(*self.before, *self.history),
            last=self.records[-1] if self.records else None,
            memory=dict(self.memory),
            came_back=turn.came_back,
            is_recording_paused=self.is_recording_paused,
            is_provisional=turn.pause is not None,
        )

    def next_turn(self, started_at: datetime, at: datetime) -> do.Think | None:
        """What the agent will be told when the caller has heard all of its answer, but for what
        the caller will say; None while the answer is not known whole."""
        turn = self.turn
        if turn is None or turn.pause is not None or turn.memory is None or turn.ending is not None:
            return None
        record = turn.record(started_at)
        heard = mask(record.heard, strictly=self.is_recording_paused)
        record = replace(record, heard=heard, said_heard=record.said)
        return do.Think(
            reply_id=ReplyId(""),
            heard="",
            utterances=(),
            keys="",
            at=at,
            history=(*self.before, *self.history, Exchange(record.heard, record.said)),
            last=record,
            memory=dict(turn.memory),
            is_recording_paused=self.is_recording_paused,
        )

    def phrase(self, phrase_id: PhraseId) -> SpokenPhrase | None:
        """Its mark may come back while the agent is being stopped: then it was heard, too."""
        phrases = (turn.phrase(phrase_id) for turn in (self.turn, self.stopping) if turn)
        return next((item for item in phrases if item is not None), None)

    def set_recording(self, *, is_on: bool) -> list[do.Command]:
        if is_on is not self.is_recording_paused:
            return []
        self.is_recording_paused = not is_on
        self.was_recorded = self.was_recorded or is_on
        return [do.SetRecording(is_on)]

    def remember(self, record: TurnRecord) -> None:
        """A turn is over. They stay in order, although what was heard of an interrupted one may
        be told after the next."""
        place = bisect(self.records, record.number, key=lambda item: item.number)
        self.records.insert(place, record)
        self.history.insert(place, Exchange(record.heard, record.said_heard))
