"""What is known about the turn in progress?

A turn begins with the caller's utterance (or with the agent, unasked) and is
over when the answer was heard, cut short, or not needed after all. Times are
seconds since the call began.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import JsonValue

from voicebot.calls.model import (
    AnswerSource,
    PhraseId,
    ReplyId,
    Route,
    StageTimings,
    TransferResult,
    TurnRecord,
    UtteranceId,
)
from voicebot.dialogue.agent import EndCall, HandOver, Listen
from voicebot.dialogue.spoken_forms import units
from voicebot.turns.playback import HeardPhrase, heard_words


class PhraseState(StrEnum):
    """How far a phrase has come."""

    ASKED = "asked"
    AUDIBLE = "audible"
    PLAYED = "played"
    CUT = "cut"
    FAILED = "failed"


@dataclass(slots=True)
class SpokenPhrase:
    """One phrase of the answer."""

    phrase_id: PhraseId
    text: str
    state: PhraseState = PhraseState.ASKED
    heard: str = ""
    is_filler: bool = False  # asks for patience, and answers nothing

    @property
    def is_over(self) -> bool:
        return self.state not in (PhraseState.ASKED, PhraseState.AUDIBLE)


@dataclass(slots=True)
class Moments:
    """When each stage of the turn was done; None: it was not, or not needed."""

    speech_ended_s: float | None = None
    silence_ms: int | None = None  # at `speech_ended_s`
    transcribed_s: float | None = None
    retrieved_s: float | None = None
    phrase_known_s: float | None = None
    audible_s: float | None = None
    synthesis_ms: int | None = None
    was_generated: bool = False
    end_silence_ms: int | None = None  # that ended the turn, where a pause had begun it


@dataclass(slots=True)
class OpenTurn:
    """The turn in progress."""

    number: int
    started_s: float
    # An utterance without its transcript yet is None.
    utterances: dict[UtteranceId, str | None] = field(default_factory=dict)
    phrases: list[SpokenPhrase] = field(default_factory=list)
    attempts: int = 0
    reply_id: ReplyId | None = None  # retrieval or model run that is still awaited
    source: AnswerSource = AnswerSource.SCRIPT
    fact_id: str | None = None
    route: Route | None = None
    # The caller may go on: everything is prepared, and nothing heard or done.
    pause: UtteranceId | None = None
    has_voice_fallen: bool = True  # before that pause
    keys: str = ""  # what the caller pressed
    came_back: TransferResult | None = None  # the turn is the agent's own: nobody took the caller
    memory: dict[str, JsonValue] | None = None  # the agent's notes, once its reply is complete
    listen: Listen | None = None  # how the next turn is to be listened to
    ending: EndCall | HandOver | None = None  # what follows once all was heard
    is_interrupted: bool = False
    moments: Moments = field(default_factory=Moments)

    @property
    def heard(self) -> str:
        return " ".join(text for text in self.utterances.values() if text)

    @property
    def is_transcribed(self) -> bool:
        return all(text is not None for text in self.utterances.values())

    @property
    def said(self) -> str:
        return " ".join(phrase.text for phrase in self.phrases if not phrase.is_filler)

    @property
    def is_answered(self) -> bool:
        """Whether there are words that answer, heard or not."""
        return any(not phrase.is_filler for phrase in self.phrases)

    @property
    def said_heard(self) -> str:
        heard = (phrase.heard for phrase in self.phrases if not phrase.is_filler)
        return " ".join(part for part in heard if part)

    @property
    def is_audible(self) -> bool:
        """Whether the caller hears, or has heard, any of the answer."""
        return any(
            phrase.state in (PhraseState.AUDIBLE, PhraseState.PLAYED) and not phrase.is_filler
            for phrase in self.phrases
        )

    @property
    def is_over(self) -> bool:
        return self.reply_id is None and all(phrase.is_over for phrase in self.phrases)

    def drop_work(self) -> ReplyId | None:
        """Waits for nothing any more; returns the reply that was awaited."""
        reply_id, self.reply_id = self.reply_id, None
        self.utterances = {key: text or "" for key, text in self.utterances.items()}
        return reply_id

    def awaits(self, utterance_id: UtteranceId) -> bool:
        """Whether this utterance's transcript is still to come."""
        return utterance_id in self.utterances and self.utterances[utterance_id] is None

    def phrase(self, phrase_id: PhraseId) -> SpokenPhrase | None:
        return next((item for item in self.phrases if item.phrase_id == phrase_id), None)

    def await_reply(self) -> ReplyId:
        """A new id, so that results of an earlier attempt are told apart."""
        self.attempts += 1
        self.reply_id = ReplyId(f"{self.number}.{self.attempts}")
        return self.reply_id

    def add_phrase(self, text: str, t: float, *, is_filler: bool = False) -> SpokenPhrase:
        if self.moments.phrase_known_s is None and not is_filler:
            self.moments.phrase_known_s = t
        # The attempt is part of the id: an abandoned attempt's marks must not match.
        phrase_id = PhraseId(f"{self.number}.{self.attempts}.{len(self.phrases)}")
        self.phrases.append(SpokenPhrase(phrase_id, text, is_filler=is_filler))
        return self.phrases[-1]

    def start_over(self) -> None:
        """The caller goes on before anything was heard: forget the answer prepared so far."""
        self.attempts += 1
        self.phrases.clear()
        self.reply_id, self.fact_id, self.source = None, None, AnswerSource.SCRIPT
        self.route = None
        self.memory = self.listen = self.ending = None
        self.moments = Moments()

    def note_retrieved(self, t: float) -> None:
        """The facts were looked up: that counts until something is said."""
        if self.moments.phrase_known_s is None:
            self.moments.retrieved_s = t

    def cut(self, heard: tuple[HeardPhrase, ...] = (), language: str = "") -> None:
        """Speaking has stopped: phrases not fully played were heard in part, or not at all."""
        parts = {item.phrase_id: item for item in heard}
        for phrase in self.phrases:
            if phrase.is_over:
                continue
            phrase.state = PhraseState.CUT
            part = parts.get(phrase.phrase_id)
            if part is not None:
                phrase.heard = heard_words(
                    units(phrase.text, language),
                    part.heard_ms,
                    part.queued_ms,
                    is_complete=part.is_complete,
                )

    def timings(self) -> StageTimings:
        moments = self.moments
        total_s = _between(moments.speech_ended_s, moments.audible_s)
        return StageTimings(
            endpointing_ms=moments.end_silence_ms or moments.silence_ms,
            recognition_ms=_ms(_between(moments.speech_ended_s, moments.transcribed_s)),
            retrieval_ms=_ms(_between(moments.transcribed_s, moments.retrieved_s)),
            first_phrase_ms=(
                _ms(_between(moments.retrieved_s, moments.phrase_known_s))
                if moments.was_generated
                else None
            ),
            synthesis_ms=moments.synthesis_ms,
            total_ms=(
                None
                if total_s is None or moments.silence_ms is None
                else moments.silence_ms + round(total_s * 1000)
            ),
        )

    def record(self, call_started_at: datetime) -> TurnRecord:
        return TurnRecord(
            number=self.number,
            heard=" ".join(part for part in (self.heard, masked_keys(self.keys)) if part),
            said=self.said,
            said_heard=self.said_heard,
            was_interrupted=self.is_interrupted,
            source=self.source,
            started_at=call_started_at + timedelta(seconds=self.started_s),
            timings=self.timings(),
            fact_id=self.fact_id,
            route=self.route,
        )


def masked_keys(keys: str) -> str:
    """That keys were pressed, and how many: what was entered may be a secret."""
    return f"[{len(keys)} keys]" if keys else ""


def _between(earlier_s: float | None, later_s: float | None) -> float | None:
    return None if earlier_s is None or later_s is None else later_s - earlier_s


def _ms(duration_s: float | None) -> int | None:
    return None if duration_s is None else round(duration_s * 1000)
