"""What does a caller hear and what do the keys do, while no agent is free?

A session like a call's: events in, commands out. Position and wait are told at intervals; between
them there is music. A key counts at once, also into a sentence. Words, where they are heard, count
like the key; what would cost the place in the line is asked first. Ends in exactly one of admission
(which is not decided here), a callback that was booked, or going elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.dialogue.waiting_sentences import digits_told, position_told, wait_told
from voicebot.dialogue.waiting_wishes import SpokenWish, wish_of
from voicebot.queueing.admission import OfferCallback, Reason, Wait
from voicebot.queueing.wait_announcements import (
    Promise,
    TellLonger,
    TellNoTime,
    TellRange,
    announce,
)
from voicebot.queueing.wait_time import WaitEstimate

# How long somebody who has no place in the line may think about a callback.
DECIDE_WITHIN_S = 15.0
# Who presses keys faster than this does not mean each of them.
KEY_EVERY_S = 0.4
CALLBACK_KEY, STAY_KEY, OPERATOR_KEY, MESSAGE_KEY = "1", "2", "0", "#"
_KEYS = {
    SpokenWish.CALL_BACK: CALLBACK_KEY,
    SpokenWish.STAY: STAY_KEY,
    SpokenWish.OPERATOR: OPERATOR_KEY,
    SpokenWish.MESSAGE: MESSAGE_KEY,
}
WANTS_OPERATOR, WANTS_MESSAGE = "caller-wants-operator", "caller-leaves-message"
SENT_ON = "supervisor-sends-on"


@dataclass(frozen=True, slots=True)
class PositionTold:
    """Where the caller stands now, and how long it will take as far as is known."""

    position: int
    estimate: WaitEstimate | None
    slots: int


@dataclass(frozen=True, slots=True)
class KeyPressed:
    digit: str


@dataclass(frozen=True, slots=True)
class ListeningChanged:
    """From now on words are heard, or keys alone."""

    is_listened: bool


@dataclass(frozen=True, slots=True)
class WordsHeard:
    """The caller said something; perhaps not to us."""

    text: str
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class CallbackOffered:
    """A supervisor wants the caller to hear of callbacks now."""


@dataclass(frozen=True, slots=True)
class SentOn:
    """A supervisor sends the caller to the people of a transfer, as in the business file."""

    target: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said last was heard to its end, or could not be said."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The callback is kept for good."""


@dataclass(frozen=True, slots=True)
class NotBooked:
    """It is not: for now, or because that number is not rung."""

    is_refused: bool = False


WaitingEvent = (
    PositionTold
    | KeyPressed
    | ListeningChanged
    | WordsHeard
    | CallbackOffered
    | SentOn
    | Spoken
    | Booked
    | NotBooked
)


@dataclass(frozen=True, slots=True)
class Speak:
    """Say these sentences now, in place of what is being said; music before and after."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Keep a callback to the caller's number. Ends in Booked or NotBooked."""


@dataclass(frozen=True, slots=True)
class GoElsewhere:
    """To people, or to the voicemail; `reason` is a stable code."""

    reason: str
    is_for_message: bool = False
    target: str | None = None  # None: the business's own choice


@dataclass(frozen=True, slots=True)
class TakeLeave:
    """The callback is booked and said: hang up."""


WaitingCommand = Speak | Book | GoElsewhere | TakeLeave


class WaitingPhase(StrEnum):
    IN_LINE = "in_line"
    DECIDING = "deciding"  # there is no place in the line: a callback, or elsewhere
    CONFIRMING = "confirming"  # the number for the callback
    ASKED = "asked"  # whether a spoken wish was meant, which would cost the place
    BOOKING = "booking"
    TAKING_LEAVE = "taking_leave"
    OVER = "over"


_DECIDED = (WaitingPhase.BOOKING, WaitingPhase.TAKING_LEAVE, WaitingPhase.OVER)


class WaitingSession:
    """One caller's wait. `now` is monotonic seconds."""

    def __init__(
        self,
        settings: QueueSettings,
        verdict: Wait | OfferCallback,
        caller_number: str,
        now: float,
    ) -> None:
        self._settings, self._phrases = settings, settings.phrases
        self._verdict = verdict
        self._number = caller_number
        self._told: PositionTold | None = None
        # What the caller has been told of the wait.
        self.promise: Promise | None = None
        self.has_place = isinstance(verdict, Wait) or verdict.may_wait
        self.phase = WaitingPhase.IN_LINE if self.has_place else WaitingPhase.DECIDING
        self._offers = isinstance(verdict, OfferCallback)
        # The first is said as soon as the position is known.
        self._announce_at: float | None = None
        self._decide_by: float | None = None if self.has_place else now + DECIDE_WITHIN_S
        self._key_at: float | None = None
        self._is_listened = False
        self._asked_key = ""  # what it is that the caller is asked about

    @property
    def is_over(self) -> bool:
        return self.phase is WaitingPhase.OVER

    @property
    def may_be_admitted(self) -> bool:
        """Whoever is booking a callback is not torn out of it."""
        return self.phase in (WaitingPhase.IN_LINE, WaitingPhase.CONFIRMING, WaitingPhase.ASKED)

    def begin(self, now: float) -> list[WaitingCommand]:
        """The caller has been answered. Who has a place hears of it with the position."""
        if self.has_place:
            return []
        is_closed = self._verdict.reason is Reason.CLOSED
        why = self._phrases.closed if is_closed else self._phrases.line_full
        return [Speak((why, *self._offer(), self._keys_told))]

    def next_deadline(self) -> float | None:
        times = (self._announce_at, self._decide_by)
        return min((time for time in times if time is not None), default=None)

    def on_deadline(self, now: float) -> list[WaitingCommand]:
        if self._decide_by is not None and now >= self._decide_by:
            return self._decided_nothing(now)
        if self._announce_at is not None and now >= self._announce_at:
            return self._announce(now)
        return []

    def receive(self, event: WaitingEvent, now: float) -> list[WaitingCommand]:
        match event:
            case PositionTold():
                is_first = self._told is None
                self._told = event
                if is_first and self.phase is WaitingPhase.IN_LINE:
                    return self._announce(now, first=True)
                return []
            case KeyPressed(digit):
                key_at, self._key_at = self._key_at, now
                # Of keys that are mashed the first counts: so nothing is confirmed unheard.
                is_mashed = key_at is not None and now - key_at < KEY_EVERY_S
                return [] if is_mashed else self._key(digit, now)
            case ListeningChanged(is_listened):
                # Whoever was told of the keys alone hears of it with the next position.
                self._offers = self._offers or (is_listened and not self._is_listened)
                self._is_listened = is_listened
            case CallbackOffered() if self.phase is WaitingPhase.IN_LINE and self._offer():
                return [Speak((*self._offer(), self._keys_told))]
            case SentOn(target) if self.phase not in _DECIDED:
                return self._end(GoElsewhere(SENT_ON, target=target))
            case WordsHeard(text, confidence):
                return self._words(text, confidence, now)
            case Booked() if self.phase is WaitingPhase.BOOKING:
                self.phase = WaitingPhase.TAKING_LEAVE
                return [Speak((self._phrases.booked,))]
            case NotBooked(is_refused) if self.phase is WaitingPhase.BOOKING:
                phrases = self._phrases
                said = phrases.number_refused if is_refused else phrases.not_booked
                return self._back((said,), now)
            case Spoken() if self.phase is WaitingPhase.TAKING_LEAVE:
                return self._end(TakeLeave())
        return []

    def _words(self, text: str, confidence: float, now: float) -> list[WaitingCommand]:
        asked = {WaitingPhase.CONFIRMING: CALLBACK_KEY, WaitingPhase.ASKED: self._asked_key}
        is_asked = self.phase in asked
        match wish_of(text, confidence, is_asked=is_asked):
            case None:
                return []
            case SpokenWish.YES:
                return self._key(asked[self.phase], now)
            case SpokenWish.NO:
                return self._key(STAY_KEY, now)
            case SpokenWish.OPERATOR | SpokenWish.MESSAGE as wish if (
                asked.get(self.phase) != _KEYS[wish]
            ):
                return self._ask_whether_meant(_KEYS[wish], now)
            case SpokenWish.CALL_BACK if self.phase is WaitingPhase.CONFIRMING:
                return []  # said again while the number is read back: that confirms nothing
            case wish:
                return self._key(_KEYS[wish], now)

    def _ask_whether_meant(self, key: str, now: float) -> list[WaitingCommand]:
        if self.phase in _DECIDED:
            return []
        self.phase, self._asked_key = WaitingPhase.ASKED, key
        self._decide_by = now + DECIDE_WITHIN_S
        phrases = self._phrases
        return [Speak((phrases.wants_operator if key == OPERATOR_KEY else phrases.wants_message,))]

    def _key(self, digit: str, now: float) -> list[WaitingCommand]:
        if self.phase is WaitingPhase.CONFIRMING and digit == CALLBACK_KEY:
            self.phase, self._decide_by = WaitingPhase.BOOKING, None
            return [Book()]
        if self.phase in (WaitingPhase.CONFIRMING, WaitingPhase.ASKED) and digit == STAY_KEY:
            return self._back((self._phrases.staying,) if self.has_place else (), now)
        if self.phase in _DECIDED:
            return []
        if digit == CALLBACK_KEY and self._settings.callbacks:
            return self._ask_to_confirm(now)
        if digit == STAY_KEY and self.phase is WaitingPhase.IN_LINE:
            return [Speak((self._phrases.staying,))]
        if digit == OPERATOR_KEY:
            return self._end(GoElsewhere(WANTS_OPERATOR))
        if digit == MESSAGE_KEY:
            return self._end(GoElsewhere(WANTS_MESSAGE, is_for_message=True))
        return []

    def _ask_to_confirm(self, now: float) -> list[WaitingCommand]:
        digits = digits_told(self._phrases, self._number)
        if not digits:
            return [Speak((self._phrases.number_unknown, self._keys_told))]
        self.phase, self._decide_by = WaitingPhase.CONFIRMING, now + DECIDE_WITHIN_S + len(digits)
        phrases = self._phrases
        confirm = phrases.confirm_heard if self._is_listened else phrases.confirm
        return [Speak((phrases.call_back_at, *digits, confirm))]

    def _back(self, texts: tuple[str, ...], now: float) -> list[WaitingCommand]:
        """To where the caller was before the callback was talked about."""
        if self.has_place:
            self.phase, self._decide_by = WaitingPhase.IN_LINE, None
        else:
            self.phase, self._decide_by = WaitingPhase.DECIDING, now + DECIDE_WITHIN_S
            texts = (*texts, self._keys_told)
        return [Speak(texts)] if texts else []

    def _decided_nothing(self, now: float) -> list[WaitingCommand]:
        if self.has_place:
            return self._back((self._phrases.staying,), now)
        return self._end(GoElsewhere(self._verdict.reason))

    def _announce(self, now: float, *, first: bool = False) -> list[WaitingCommand]:
        self._announce_at = now + self._settings.announce_every_s
        told = self._told
        if told is None or self.phase is not WaitingPhase.IN_LINE:
            return []
        said, promise = announce(self.promise, told.estimate, slots=told.slots, now_s=now)
        self.promise = promise
        texts = [self._phrases.all_busy] if first else []
        texts.append(position_told(self._phrases, told.position))
        match said:
            case TellRange(low_s, high_s) | TellLonger(low_s, high_s):
                if isinstance(said, TellLonger):
                    texts.insert(0, self._phrases.takes_longer)
                    self._offers = True
                wait = wait_told(self._phrases, low_s, high_s)
                texts += [] if wait is None else [wait]
            case TellNoTime():
                pass
        if first or self._offers:
            texts += [*self._offer(), self._keys_told]
            self._offers = False
        return [Speak(tuple(texts))]

    def _offer(self) -> tuple[str, ...]:
        may_be_called = self._settings.callbacks and digits_told(self._phrases, self._number)
        phrases = self._phrases
        offer = phrases.offer_callback_heard if self._is_listened else phrases.offer_callback
        return (offer,) if may_be_called else ()

    @property
    def _keys_told(self) -> str:
        return self._phrases.keys_heard if self._is_listened else self._phrases.keys

    def _end(self, last: GoElsewhere | TakeLeave) -> list[WaitingCommand]:
        self.phase, self._announce_at, self._decide_by = WaitingPhase.OVER, None, None
        return [last]
