"""What is known about a call, while it lasts and afterwards?"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

# The caller's channel's unique id in Asterisk (node name included) is the call's id everywhere:
# Asterisk's own CDR file, Redis and the database name a call alike.
CallId = NewType("CallId", str)
ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)
UtteranceId = NewType("UtteranceId", str)
ReplyId = NewType("ReplyId", str)
PhraseId = NewType("PhraseId", str)


class Outcome(StrEnum):
    """How a call ended for its caller (design: one meaning per figure)."""

    RESOLVED = "resolved"
    MESSAGE_TAKEN = "message_taken"
    TRANSFERRED = "transferred"
    CALLBACK_BOOKED = "callback_booked"
    ABANDONED = "abandoned"
    FAILED = "failed"


class HandledBy(StrEnum):
    """Who had the caller last."""

    AGENT = "agent"
    DIALPLAN = "dialplan"  # nobody claimed the call: apology and voicemail


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What Asterisk tells about a call when it offers it."""

    call_id: CallId
    channel_id: ChannelId
    caller_number: str  # ANI as sent, "" when withheld: private
    called_number: str  # DID
    codec: str  # Asterisk's name of the caller's format: ulaw, alaw, …


@dataclass(frozen=True, slots=True)
class StageTimings:
    """Where one turn's time went, in ms. None: that stage did not run.

    Measured by the agent; the caller's ear is measured by `voicebot bench`.
    """

    endpointing_ms: int | None = None  # silence waited for after the last speech
    recognition_ms: int | None = None  # end of speech decided → transcript here
    retrieval_ms: int | None = None  # transcript → fact found or not
    first_phrase_ms: int | None = None  # asked the language model → first phrase complete
    synthesis_ms: int | None = None  # phrase known → its first audio here
    total_ms: int | None = None  # caller's last speech → first audio sent to Asterisk


class AnswerSource(StrEnum):
    """Where the words of an answer came from."""

    SCRIPT = "script"  # the business file's or our own fixed phrases
    FACT = "fact"  # word for word from the business file, found by meaning
    MODEL = "model"  # the language model


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One exchange as it was heard: what the caller said, what the caller heard of the answer."""

    number: int  # from 0: the greeting, which answers nobody
    heard: str  # transcript of the caller, "" when the agent speaks first: private
    said: str  # what the agent set out to say: private
    said_heard: str  # the part of it that was really played: private
    was_interrupted: bool
    source: AnswerSource
    started_at: datetime
    timings: StageTimings = field(default_factory=StageTimings)
    fact_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """The one record (CDR) that remains of a call."""

    facts: CallFacts
    business: str
    agent: str  # the agent process's name, "" when none took it
    handled_by: HandledBy
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    outcome: Outcome
    hangup_cause: int  # ITU-T Q.850 cause; 16 is normal clearing
    turns: tuple[TurnRecord, ...] = ()
    # Paths below the state directory, None when nothing was recorded.
    recording_caller: str | None = None
    recording_agent: str | None = None
    voicemail: str | None = None
