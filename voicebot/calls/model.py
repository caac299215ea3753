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


class Leaving(StrEnum):
    """How a caller goes from us to the dialplan's own care."""

    BROKEN = "broken"  # the call cannot go on: apology, people, voicemail
    TURNED_AWAY = "turned_away"  # the same, but nothing broke: there is no room
    FOR_MESSAGE = "for_message"  # the voicemail at once, without an apology
    HANDED_ON = "handed_on"  # who waits in a line waits on with another agent


class HandledBy(StrEnum):
    """Who had the caller last."""

    AGENT = "agent"
    OPERATOR = "operator"  # a person took the call over
    # Nobody claimed the call, the agent lost it, or the caller went from the line to the voicemail.
    DIALPLAN = "dialplan"


class Direction(StrEnum):
    """Who rang whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    PROBE = "probe"  # our own call to see whether the service works: in no statistic


class AnsweredBy(StrEnum):
    """Who picked up when we rang, as far as the agent could tell."""

    PERSON = "person"
    MACHINE = "machine"
    UNKNOWN = "unknown"  # nothing was said; on a callback: nobody wanted to be connected
    DECLINED = "declined"  # a person who wants no callback


class CallbackReason(StrEnum):
    """Why somebody is to be rung back."""

    REQUESTED = "requested"
    MISSED = "missed"  # nobody could serve the caller, and no message was left
    BROKEN = "broken"  # the call broke under the conversation


@dataclass(frozen=True, slots=True)
class Owed:
    """Why we ring somebody back."""

    reason: CallbackReason
    of: CallId  # the call before, on which it was asked for or earned


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What Asterisk tells about a call when it offers it.

    On a call that we place, "caller" is whoever was rung, and the called number is ours all the
    same: so one word means one party wherever a call goes.
    """

    call_id: CallId
    channel_id: ChannelId
    caller_number: str  # ANI as sent, "" when withheld: private
    called_number: str  # DID
    codec: str  # Asterisk's name of the caller's format: ulaw, alaw, …
    direction: Direction = Direction.INBOUND
    owed: Owed | None = None  # a callback; None: any other call


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
    RETRIEVED = "retrieved"  # the language model, when words of the same meaning were answered


class Tier(StrEnum):
    """What a turn was answered by, from the cheapest on."""

    SCRIPT = "script"  # sentences that are known beforehand
    FACT = "fact"  # a fact or an action of the business, found by meaning
    RETRIEVED = "retrieved"  # a reply given before to what means the same
    SMALL = "llm.small"
    LARGE = "llm.large"


@dataclass(frozen=True, slots=True)
class Route:
    """Who answered a turn, and why it was not left to a cheaper one."""

    tier: Tier
    reason: str  # a stable code


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
    route: Route | None = None  # None: the agent tells nothing of it


class TransferMode(StrEnum):
    """How a caller is handed to a person."""

    WARM = "warm"  # the operator hears who calls and why, then takes the call or declines
    BLIND = "blind"  # straight through


class TransferResult(StrEnum):
    """What became of a transfer."""

    CONNECTED = "connected"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    CLOSED = "closed"  # outside the hours of the target
    FAILED = "failed"  # unreachable, or refused
    ABANDONED = "abandoned"  # the caller hung up while it rang


@dataclass(frozen=True, slots=True)
class TransferRecord:
    """One attempt to hand the caller to a person."""

    number: int  # from 0, within the call
    target: str  # its id in the business file
    mode: TransferMode
    result: TransferResult
    operator: str  # who took it, "" when nobody did
    summary: str  # what the operator was told: private
    started_at: datetime
    connected_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller left to be passed on; everything in it is private."""

    call_id: CallId
    business: str
    called_number: str  # DID
    caller_number: str  # ANI
    taken_by: HandledBy  # the agent, or the dialplan's voicemail
    taken_at: datetime
    name: str = ""
    callback_number: str = ""  # confirmed by the caller; "" when only the ANI is known
    text: str = ""  # transcript
    recording: str | None = None  # path below the state directory


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """Somebody waits to be rung back; the number is private."""

    call_id: CallId
    business: str
    called_number: str  # DID
    number: str
    reason: CallbackReason
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class CallbackEnding:
    """`outcome`: served, done (by people), expired, cancelled or refused."""

    request: CallbackRequest
    outcome: str
    why: str  # a stable code; "" where people closed it
    attempts: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class CallQuality:
    """How the caller's audio travelled, from RTCP (RFC 3550); None: it was not reported."""

    received_jitter_ms: float | None = None  # what we got of the caller
    received_loss_percent: float | None = None
    sent_jitter_ms: float | None = None  # what the caller's side reports of ours
    sent_loss_percent: float | None = None
    round_trip_ms: float | None = None
    mos: float | None = None  # estimate by the E-model (ITU-T G.107), 1 to 4.5


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
    transfers: tuple[TransferRecord, ...] = ()
    quality: CallQuality | None = None
    answered_by: AnsweredBy | None = None  # None: they rang us, or nobody answered
