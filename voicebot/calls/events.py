"""What can happen to a call? Past tense, one value each."""

from dataclasses import dataclass

from pydantic import JsonValue

from voicebot.calls.model import (
    Leaving,
    Outcome,
    PhraseId,
    ReplyId,
    TransferResult,
    UtteranceId,
)
from voicebot.dialogue.agent import Step
from voicebot.turns.playback import HeardPhrase


@dataclass(frozen=True, slots=True)
class Claimed:
    """The race is won and the caller's channel is in our Stasis application."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """As Claimed, but whether the caller may talk at once is for the waiting line to say."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """It is this caller's turn."""


@dataclass(frozen=True, slots=True)
class LineLeft:
    """The caller waits no longer, and goes on to others; `reason` is a stable code.

    To the people of a transfer (`target`, as in the business file), else to the dialplan's care.
    """

    reason: str
    leaving: Leaving
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """Answered, bridged, and audio flows both ways."""


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """Asterisk or the media socket refused; `code` is the error's."""

    code: str


@dataclass(frozen=True, slots=True)
class CallerAudible:
    """The caller's first audio has arrived, or some after a long time without any."""


@dataclass(frozen=True, slots=True)
class CallerInaudible:
    """Nothing has come from the caller's telephone for long, not even silence."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class SpeechLasted:
    """The caller has spoken over the agent for `speech_ms`, and has not finished.

    The id is that of the words so far.
    """

    utterance_id: UtteranceId
    speech_ms: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The caller may have finished, and was silent for `silence_ms` since.

    SpeechResumed or SpeechEnded follows; the id is that of the words so far.
    """

    utterance_id: UtteranceId
    silence_ms: int
    has_fallen: bool = True  # the voice, as at an end; also where that is not known


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The caller goes on after a pause."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The caller finished, and was silent for `silence_ms` since."""

    utterance_id: UtteranceId
    silence_ms: int


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The recognizer understood; "" when there were no words. `confidence`: 0 to 1."""

    utterance_id: UtteranceId
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """No transcript will come; `code` is the error's."""

    utterance_id: UtteranceId
    code: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The facts were looked up for this reply."""

    reply_id: ReplyId


@dataclass(frozen=True, slots=True)
class Stepped:
    """The agent wants this done for its reply."""

    reply_id: ReplyId
    step: Step


@dataclass(frozen=True, slots=True)
class ThinkingDone:
    """The agent's reply is complete; `memory` is what it notes about the call: private."""

    reply_id: ReplyId
    memory: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ThinkingFailed:
    """The agent's reply ends here; `code` is the error's."""

    reply_id: ReplyId
    code: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What the caller left is kept for good: a message, or a callback request."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PhraseStarted:
    """The first audio of a phrase was handed to Asterisk, so long after it was asked for."""

    phrase_id: PhraseId
    synthesis_ms: int


@dataclass(frozen=True, slots=True)
class PhrasePlayed:
    """The caller heard the whole phrase (its mark came back)."""

    phrase_id: PhraseId


@dataclass(frozen=True, slots=True)
class PhraseFailed:
    """The phrase could not be spoken; `code` is the error's."""

    phrase_id: PhraseId
    code: str


@dataclass(frozen=True, slots=True)
class Silenced:
    """Speaking has stopped at our request; this is how much of each phrase was heard."""

    phrases: tuple[HeardPhrase, ...]


@dataclass(frozen=True, slots=True)
class BeepHeard:
    """One tone, of a length that answering machines beep, is over."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class PutOnHold:
    """The caller's side has put us on hold: nobody hears us."""


@dataclass(frozen=True, slots=True)
class TakenOffHold:
    """The caller is back."""


@dataclass(frozen=True, slots=True)
class OperatorTook:
    """A person talks with the caller now."""

    operator: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """Nobody took the caller over; the channel is with us again, or never left."""

    result: TransferResult


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The media socket closed while the caller's channel is still up."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """This process can drive the call no longer; `reason` is a stable code.

    `has_gone`: others have the caller already.
    """

    reason: str
    has_gone: bool = False


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller's channel is gone; `cause` as in ITU-T Q.850."""

    cause: int


@dataclass(frozen=True, slots=True)
class LeftStasis:
    """The caller's channel went on in the dialplan, as we asked."""


@dataclass(frozen=True, slots=True)
class HangUpOrdered:
    """Somebody who may has ordered the end of the call."""


@dataclass(frozen=True, slots=True)
class TransferOrdered:
    """Somebody who may has ordered the caller to people; `target` is in the business file."""

    target: str


ConversationEvent = (
    CallerAudible
    | SpeechStarted
    | SpeechLasted
    | SpeechPaused
    | SpeechResumed
    | SpeechEnded
    | Transcribed
    | RecognitionFailed
    | Retrieved
    | Stepped
    | ThinkingDone
    | ThinkingFailed
    | Promised
    | PhraseStarted
    | PhrasePlayed
    | PhraseFailed
    | Silenced
    | BeepHeard
    | KeyPressed
    | PutOnHold
    | TakenOffHold
)
CallEvent = (
    ConversationEvent
    | Claimed
    | Enqueued
    | Admitted
    | LineLeft
    | Connected
    | CallerInaudible
    | ConnectFailed
    | OperatorTook
    | CameBack
    | MediaLost
    | GivenUp
    | HungUp
    | LeftStasis
    | HangUpOrdered
    | TransferOrdered
)
