"""What does a line of Asterisk's CDR file tell about a call?

Pure. The dialplan writes one line per CDR, in the columns listed below. A call
that no agent has put on record gets a stub made from its lines. Stubs of one call
join into one, whatever their order and however often each is read, so the file
may be read again from any point.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from voicebot.calls.dialled import outcome_unanswered
from voicebot.calls.model import (
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    Direction,
    HandledBy,
    Outcome,
    TransferMode,
    TransferRecord,
    TransferResult,
)

COLUMNS = (
    "uniqueid",
    "linkedid",
    "channel",
    "caller_number",
    "did",
    "start",
    "answer",
    "end",
    "disposition",
    "hangup_cause",
    "handled_by",
    "voicemail",
    "voicemail_s",
    "codec",
)
# Came later: lines of earlier releases end before them.
LATER_COLUMNS = ("operator", "direction")
# Where Asterisk's spool directory lies below the state directory.
SPOOL = "asterisk/spool"
# Shorter than this a recording holds a breath or a click, and no message.
SHORTEST_MESSAGE_S = 1.0

# Channels of ours and of Asterisk's own making: no caller is behind them.
_OWN_CHANNELS = ("WebSocket/", "Local/")
# Columns as CSV_QUOTE writes them; the first two are Asterisk's unique ids.
_ID = r'"[A-Za-z0-9._-]+"'
_COLUMN = r'"(?:[^"]|"")*"'
_LEAST = len(COLUMNS) - 2
_WHOLE_LINE = re.compile(rf"{_ID},{_ID}(?:,{_COLUMN}){{{_LEAST},{_LEAST + len(LATER_COLUMNS)}}}")


class Skip(StrEnum):
    """Why a line makes no stub."""

    NOT_A_CALLER = "not-a-caller"  # a media channel or an operator's leg
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's columns, as text."""

    uniqueid: str
    linkedid: str
    channel: str
    caller_number: str
    did: str
    start: str
    answer: str
    end: str
    disposition: str
    hangup_cause: str
    handled_by: str
    voicemail: str
    voicemail_s: str
    codec: str
    operator: str = ""
    direction: str = ""


def read_line(text: str) -> CallRecord | Skip:
    """The stub that one line of the file makes."""
    line = _split(text.replace("\0", ""))  # a crash can leave NULs, which no database takes
    if line is None:
        return Skip.MALFORMED
    if line.channel.startswith(_OWN_CHANNELS) or line.uniqueid != line.linkedid:
        return Skip.NOT_A_CALLER
    try:
        return _stub(line)
    except (ValueError, OverflowError, OSError):  # a number that is none, or no time of this world
        return Skip.MALFORMED


def join(one: CallRecord, other: CallRecord) -> CallRecord:
    """One stub from two of the same call."""
    last = max(one, other, key=_order)
    answers = [at for at in (one.answered_at, other.answered_at) if at is not None]
    voicemails = [name for name in (one.voicemail, other.voicemail) if name is not None]
    voicemail = max(voicemails, default=None)
    transfers = max(one.transfers, other.transfers, key=_transfer_order)
    return replace(
        last,
        started_at=min(one.started_at, other.started_at),
        answered_at=min(answers, default=None),
        voicemail=voicemail,
        outcome=_outcome(last, min(answers, default=None), voicemail),
        transfers=transfers,
        quality=one.quality if other.quality is None else other.quality,
    )


def _split(text: str) -> _Line | None:
    # When Asterisk dies in mid-line, its next line is glued to what it left: so a whole line is
    # looked for wherever one could begin. The last such place is the one: no whole line holds
    # another, but what was left, glued to a line of fewer columns, can look like one of more.
    begins = (quote.start() for quote in reversed(list(re.finditer('"', text))))
    whole = next((text[at:] for at in begins if _WHOLE_LINE.fullmatch(text, at)), None)
    if whole is None:
        return None
    return _Line(*(column[1:-1].replace('""', '"') for column in re.findall(_COLUMN, whole)))


def _stub(line: _Line) -> CallRecord:
    # The dialplan says so only once it has the caller: a caller who gave up before that had nobody.
    handled_by = HandledBy(line.handled_by or HandledBy.DIALPLAN)
    is_message = bool(line.voicemail) and float(line.voicemail_s or 0) >= SHORTEST_MESSAGE_S
    voicemail = f"{SPOOL}/{line.voicemail}" if is_message else None
    # Asterisk notes each by the clock of that moment, and the clock may be set in mid-call.
    started_at = _at(line.start)
    ended_at = max(started_at, _at(line.end))
    answered_at = (
        min(max(started_at, _at(line.answer)), ended_at) if float(line.answer or 0) else None
    )
    stub = CallRecord(
        facts=CallFacts(
            call_id=CallId(line.uniqueid),
            channel_id=ChannelId(line.uniqueid),
            caller_number=line.caller_number,
            called_number=line.did,
            codec=line.codec,
            direction=Direction(line.direction or Direction.INBOUND),
        ),
        business="",
        agent="",
        handled_by=handled_by,
        started_at=started_at,
        answered_at=answered_at,
        ended_at=ended_at,
        outcome=Outcome.ABANDONED,
        hangup_cause=int(line.hangup_cause or 0),
        voicemail=voicemail,
        transfers=_transfers(line.operator, answered_at or started_at, ended_at),
    )
    return replace(stub, outcome=_outcome(stub, answered_at, voicemail))


def _transfers(
    operator: str, started_at: datetime, ended_at: datetime
) -> tuple[TransferRecord, ...]:
    """Who had the caller. Where to and in which way is known to the agent alone."""
    if not operator:
        return ()
    transfer = TransferRecord(
        number=0,
        target="",
        mode=TransferMode.BLIND,
        result=TransferResult.CONNECTED,
        operator=operator,
        summary="",
        started_at=started_at,
        ended_at=ended_at,
    )
    return (transfer,)


def _transfer_order(transfers: tuple[TransferRecord, ...]) -> tuple[str, str]:
    """Puts none before any; the rest only makes the order total."""
    return (transfers[0].operator, str(transfers[0])) if transfers else ("", "")


def _outcome(stub: CallRecord, answered_at: datetime | None, voicemail: str | None) -> Outcome:
    handled_by = stub.handled_by
    if voicemail is not None:
        return Outcome.MESSAGE_TAKEN
    if stub.facts.direction is Direction.OUTBOUND and answered_at is None:
        return outcome_unanswered(stub.hangup_cause)
    if handled_by is HandledBy.OPERATOR:
        return Outcome.TRANSFERRED
    # An agent that had answered would have written the record itself, had it lived. Before the
    # answer the caller gave up.
    died = handled_by is HandledBy.AGENT and answered_at is not None
    return Outcome.FAILED if died else Outcome.ABANDONED


def _at(epoch_s: str) -> datetime:
    seconds = float(epoch_s)
    if seconds <= 0:
        raise ValueError("no time")
    return datetime.fromtimestamp(seconds, UTC)


def _order(stub: CallRecord) -> tuple[datetime, int, int, str, str, str, str]:
    """Which of two stubs tells how the call ended; the rest only makes the order total."""
    facts = stub.facts
    hands = (HandledBy.AGENT, HandledBy.DIALPLAN, HandledBy.OPERATOR).index(stub.handled_by)
    said = (facts.caller_number, facts.called_number, facts.codec, facts.direction.value)
    return (stub.ended_at, hands, stub.hangup_cause, *said)
