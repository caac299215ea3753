"""What does a line of Asterisk's CDR file tell about a call?

Pure. The dialplan writes one line per CDR, in the columns listed below. A call
that no agent put on record gets a stub made from its lines. Stubs of one call
join into one, whatever their order and however often each is read, so the file
may be read again from any point.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from voicebot.calls.model import CallFacts, CallId, CallRecord, ChannelId, HandledBy, Outcome

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
# Where Asterisk's spool directory lies below the state directory.
SPOOL = "asterisk/spool"
# An agent writes its record within moments of the hang-up; after that it must have died.
AGENT_PATIENCE = timedelta(seconds=10)

# Channels of ours and of Asterisk's own making: no caller is behind them.
_OWN_CHANNELS = ("WebSocket/", "Local/")
# Columns as CSV_QUOTE writes them; the first two are Asterisk's unique ids.
_ID = r'"[A-Za-z0-9._-]+"'
_COLUMN = r'"(?:[^"]|"")*"'
_WHOLE_LINE = re.compile(rf"{_ID},{_ID}(?:,{_COLUMN}){{{len(COLUMNS) - 2}}}")


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
    return replace(
        last,
        started_at=min(one.started_at, other.started_at),
        answered_at=min(answers, default=None),
        voicemail=voicemail,
        outcome=_outcome(last.handled_by, min(answers, default=None), voicemail),
    )


def is_settled(stub: CallRecord, at: datetime) -> bool:
    """Whether the stub may be written, because no agent's record is to be expected any more.

    An end in the future means that the clock was set back: waiting for it could take for ever.
    """
    if stub.handled_by is HandledBy.DIALPLAN:
        return True
    return not timedelta(0) <= at - stub.ended_at < AGENT_PATIENCE


def _split(text: str) -> _Line | None:
    # When Asterisk dies in mid-line, its next line is glued to what it left: so a whole line is
    # looked for wherever one could begin, not only at the start.
    begins = (quote.start() for quote in re.finditer('"', text))
    whole = next((text[at:] for at in begins if _WHOLE_LINE.fullmatch(text, at)), None)
    if whole is None:
        return None
    return _Line(*(column[1:-1].replace('""', '"') for column in re.findall(_COLUMN, whole)))


def _stub(line: _Line) -> CallRecord:
    # The dialplan says so only once it has the caller: a caller who gave up before that had nobody.
    handled_by = HandledBy(line.handled_by or HandledBy.DIALPLAN)
    is_message = bool(line.voicemail) and float(line.voicemail_s or 0) > 0
    voicemail = f"{SPOOL}/{line.voicemail}" if is_message else None
    answered_at = _at(line.answer) if float(line.answer or 0) else None
    return CallRecord(
        facts=CallFacts(
            call_id=CallId(line.uniqueid),
            channel_id=ChannelId(line.uniqueid),
            caller_number=line.caller_number,
            called_number=line.did,
            codec=line.codec,
        ),
        business="",
        agent="",
        handled_by=handled_by,
        started_at=_at(line.start),
        answered_at=answered_at,
        ended_at=_at(line.end),
        outcome=_outcome(handled_by, answered_at, voicemail),
        hangup_cause=int(line.hangup_cause or 0),
        voicemail=voicemail,
    )


def _outcome(handled_by: HandledBy, answered_at: datetime | None, voicemail: str | None) -> Outcome:
    if voicemail is not None:
        return Outcome.MESSAGE_TAKEN
    # An agent that had answered would have written the record itself, had it lived. Before the
    # answer the caller gave up.
    died = handled_by is HandledBy.AGENT and answered_at is not None
    return Outcome.FAILED if died else Outcome.ABANDONED


def _at(epoch_s: str) -> datetime:
    seconds = float(epoch_s)
    if seconds <= 0:
        raise ValueError("no time")
    return datetime.fromtimestamp(seconds, UTC)


def _order(stub: CallRecord) -> tuple[datetime, bool, int, str, str, str]:
    """Which of two stubs tells how the call ended; the rest only makes the order total."""
    facts = stub.facts
    by_dialplan = stub.handled_by is HandledBy.DIALPLAN
    numbers = (facts.caller_number, facts.called_number, facts.codec)
    return (stub.ended_at, by_dialplan, stub.hangup_cause, *numbers)
