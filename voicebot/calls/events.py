"""What can happen to a call? Past tense, one value each."""

from dataclasses import dataclass

from voicebot.calls.model import PhraseId, ReplyId, UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.turns.playback import HeardPhrase


@dataclass(frozen=True, slots=True)
class Claimed:
    """The race is won and the caller's channel is in our Stasis application."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Answered, bridged, and audio flows both ways."""


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """Asterisk or the media socket refused; `code` is the error's."""

    code: str


@dataclass(frozen=True, slots=True)
class CallerAudible:
    """The caller's first audio has arrived."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The caller finished, and was silent for `silence_ms` since."""

    utterance_id: UtteranceId
    silence_ms: int


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The recognizer understood; "" when there were no words."""

    utterance_id: UtteranceId
    text: str


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """No transcript will come; `code` is the error's."""

    utterance_id: UtteranceId
    code: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The business's facts nearest to what was heard, best first; none if that failed."""

    reply_id: ReplyId
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class ReplyPhrase:
    """The language model completed a phrase."""

    reply_id: ReplyId
    text: str


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """The language model has no more to say."""

    reply_id: ReplyId


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """The rest of the reply will not come; `code` is the error's."""

    reply_id: ReplyId
    code: str


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
class KeyPressed:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The media socket closed while the caller's channel is still up."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """This process can drive the call no longer; `reason` is a stable code."""

    reason: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller's channel is gone; `cause` as in ITU-T Q.850."""

    cause: int


@dataclass(frozen=True, slots=True)
class LeftStasis:
    """The caller's channel went on in the dialplan, as we asked."""


ConversationEvent = (
    CallerAudible
    | SpeechStarted
    | SpeechEnded
    | Transcribed
    | RecognitionFailed
    | Retrieved
    | ReplyPhrase
    | ReplyFinished
    | ReplyFailed
    | PhraseStarted
    | PhrasePlayed
    | PhraseFailed
    | Silenced
    | KeyPressed
)
CallEvent = (
    ConversationEvent
    | Claimed
    | Connected
    | ConnectFailed
    | MediaLost
    | GivenUp
    | HungUp
    | LeftStasis
)
