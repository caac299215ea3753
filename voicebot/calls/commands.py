"""What does a call ask of the world? Imperative, one value each."""

from dataclasses import dataclass

from voicebot.calls.model import CallRecord, PhraseId, ReplyId, TurnRecord, UtteranceId


@dataclass(frozen=True, slots=True)
class Connect:
    """Answer, open the media socket and bridge. Ends in Connected or ConnectFailed."""


@dataclass(frozen=True, slots=True)
class Recognize:
    """Transcribe an utterance. Ends in Transcribed or RecognitionFailed."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Find the facts nearest to these words (private). Ends in Retrieved."""

    reply_id: ReplyId
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Ask the language model. Ends in ReplyFinished or ReplyFailed."""

    reply_id: ReplyId
    messages: tuple[dict[str, str], ...]
    max_tokens: int
    temperature: float


@dataclass(frozen=True, slots=True)
class CancelReply:
    """This reply is no longer wanted; nothing more of it may arrive."""

    reply_id: ReplyId


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a phrase after those already asked for. Ends in PhrasePlayed or PhraseFailed."""

    phrase_id: PhraseId
    text: str


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Silence at once; drop what is queued. Ends in Silenced."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; everything said has been heard."""

    cause: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Hand the caller over to the dialplan's fallback context; `reason` is a stable code."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoteTurn:
    """A turn is over: tell those who watch."""

    turn: TurnRecord


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """The call is over: write its one record."""

    record: CallRecord


Command = (
    Connect
    | Recognize
    | Retrieve
    | Reply
    | CancelReply
    | Say
    | StopSpeaking
    | HangUp
    | Leave
    | NoteTurn
    | WriteRecord
)
