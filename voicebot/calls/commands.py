"""What does a call ask of the world? Imperative, one value each."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from voicebot.calls.model import (
    CallRecord,
    Leaving,
    PhraseId,
    ReplyId,
    TransferResult,
    TurnRecord,
    UtteranceId,
)
from voicebot.dialogue.history import Exchange


@dataclass(frozen=True, slots=True)
class Connect:
    """Answer, open the media socket and bridge. Ends in Connected or ConnectFailed."""


@dataclass(frozen=True, slots=True)
class SeekAdmission:
    """Ask whether the caller may talk, and have the caller wait. Ends in Admitted, or Promised and
    a hang-up, or GivenUp."""


@dataclass(frozen=True, slots=True)
class Recognize:
    """Transcribe an utterance. Ends in Transcribed or RecognitionFailed."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class CancelRecognition:
    """The caller went on: what this utterance holds is said anew in a longer one."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class Think:
    """Ask the agent what to do with a turn: private.

    Ends in ThinkingDone or ThinkingFailed, with a Stepped for each step before. While
    `is_provisional`, nothing that the agent wants done is done, until Confirm.
    """

    reply_id: ReplyId
    heard: str
    utterances: tuple[UtteranceId, ...]  # in which it was said
    keys: str
    at: datetime
    history: tuple[Exchange, ...]
    last: TurnRecord | None
    memory: dict[str, JsonValue]
    came_back: TransferResult | None = None
    is_recording_paused: bool = False
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class CancelThinking:
    """This reply is no longer wanted; nothing more of it may arrive."""

    reply_id: ReplyId


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a phrase after those already asked for. Ends in PhrasePlayed or PhraseFailed.

    `is_held`: made into speech, and kept back until Confirm.
    """

    phrase_id: PhraseId
    text: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """The caller had finished: what was prepared is spoken, and done."""


@dataclass(frozen=True, slots=True)
class PauseSpeaking:
    """Silence at once, until ResumeSpeaking or StopSpeaking; nothing is dropped."""


@dataclass(frozen=True, slots=True)
class ResumeSpeaking:
    """Speak on where it paused."""


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Silence at once; drop what is queued. Ends in Silenced."""


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Pause the recording of both sides, or go on with it."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the caller to a person, through the dialplan; `transfer_id` as in the business file.

    Ends in OperatorTook, CameBack, or the end of the call.
    """

    transfer_id: str
    summary: str  # what the operator is told: private


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; everything said has been heard."""

    cause: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Hand the caller over to the dialplan's own care; `reason` is a stable code."""

    reason: str
    leaving: Leaving = Leaving.BROKEN


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
    | SeekAdmission
    | Recognize
    | CancelRecognition
    | Think
    | CancelThinking
    | Say
    | Confirm
    | PauseSpeaking
    | ResumeSpeaking
    | StopSpeaking
    | SetRecording
    | Transfer
    | HangUp
    | Leave
    | NoteTurn
    | WriteRecord
)
