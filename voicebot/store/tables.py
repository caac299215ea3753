"""Which tables hold what remains of calls?

Portable between SQLite and PostgreSQL. Text has no length limit, because the
numbers and names in it are sent by strangers and a record must never be lost for
being long. Times are aware UTC, always. What is private is marked, and a test sees
to it that retention covers all of it.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Named constraints: a migration can only alter or drop what has a name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On a column: what a caller said, or who the caller is.
PRIVATE = "private"


def private(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, info={PRIVATE: True})


calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("channel_id", Text, nullable=False),
    private("caller_number"),
    Column("called_number", Text, nullable=False),
    Column("codec", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("hangup_cause", Integer, nullable=False),
    Column("recording_caller", Text),
    Column("recording_agent", Text),
    Column("voicemail", Text),
    # Made from Asterisk's CDR alone; gives way to an agent's full record.
    Column("is_stub", Boolean, nullable=False),
    Column("direction", Text, nullable=False, server_default="inbound"),
    # Of a call that we placed.
    Column("answered_by", Text),
    # When retention blanked the words and deleted the recordings.
    Column("erased_at", UtcDateTime),
    # When Asterisk says the call ended; None: its CDR has not been read, the call may go on.
    Column("cdr_ended_at", UtcDateTime),
    # When it was decided what the call leaves to be done: a message, a callback, nothing.
    Column("followed_up_at", UtcDateTime),
    # Retention asks for what is old and not yet erased.
    Index(None, "erased_at", "ended_at"),
    Index(None, "followed_up_at", "cdr_ended_at"),
    # Searches; those for parts of words and numbers are in the migrations, on PostgreSQL alone.
    Index(None, "outcome", "started_at"),
    Index(None, "called_number", "started_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    private("heard"),
    private("said"),
    private("said_heard"),
    Column("was_interrupted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("fact_id", Text),
    Column("route", Text),  # who answered, and why; none: its agent tells nothing of it
    Column("route_reason", Text),
    Column("endpointing_ms", Integer),
    Column("recognition_ms", Integer),
    Column("retrieval_ms", Integer),
    Column("first_phrase_ms", Integer),
    Column("synthesis_ms", Integer),
    Column("total_ms", Integer, index=True),
)

transfers = Table(
    "transfers",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("target", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("operator", Text, nullable=False),
    private("summary"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("connected_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
)

# Verdicts about callers, and their waits; kept while the call has no record yet, so refers to none.
admissions = Table(
    "admissions",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("judged_at", UtcDateTime, primary_key=True, index=True),
    Column("queue", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("position", Integer),
    Column("told_low_s", Float),
    Column("told_high_s", Float),
    Column("told_point_s", Float),
    Column("waited_s", Float),
    Column("ended", Text),  # none: did not wait, waits still, or was lost
)

# That a call's recordings have been heard once it was over, and by what. Refers to no call: its
# row may be replaced.
call_transcripts = Table(
    "call_transcripts",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("read_at", UtcDateTime, nullable=False),
    Column("engine", Text, nullable=False),  # "": the recordings could not be read
    Column("model", Text, nullable=False),
    Column("word_times", Text, nullable=False),  # where the times of the words come from
)

call_lines = Table(
    "call_lines",
    metadata,
    Column(
        "call_id",
        Text,
        ForeignKey("call_transcripts.call_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("speaker", Text, nullable=False),
    Column("start_ms", Integer, nullable=False),  # media time, from the recordings' start
    Column("end_ms", Integer, nullable=False),
    private("text"),
    private("words"),  # JSON: text, start_ms, end_ms, probability of each
)

# Refers to no call: a message is kept while its call still lasts and has no record yet.
messages = Table(
    "messages",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("taken_by", Text, primary_key=True),  # the agent, and the dialplan after it
    Column("business", Text, nullable=False),
    Column("called_number", Text, nullable=False),
    private("caller_number"),
    Column("taken_at", UtcDateTime, nullable=False, index=True),
    private("name"),
    private("callback_number"),
    private("text"),
    Column("recording", Text),
    # None: the recording is still to be transcribed.
    Column("transcribed_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Index(None, "erased_at", "taken_at"),
)

# The outbox: what is still to be passed on of a message, written together with it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("taken_by", Text, primary_key=True),
    Column("hook", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("last_error", Text),  # a stable code, never the other side's words
    ForeignKeyConstraint(
        ["call_id", "taken_by"], ["messages.call_id", "messages.taken_by"], ondelete="CASCADE"
    ),
    Index(None, "state", "next_attempt_at"),
)

# Calls that we were asked to place, from before anything is sent: nobody is rung twice for one of
# these, whoever dies in between. What came of it is here once somebody saw it end.
outbound_calls = Table(
    "outbound_calls",
    metadata,
    Column("call_id", Text, primary_key=True),  # the channel's, chosen beforehand
    Column("request_key", Text, unique=True),  # whoever asks again under it is told of this call
    Column("business", Text, nullable=False),
    Column("did", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    private("number"),
    private("number_key"),  # equal for all ways to write one number
    Column("requested_at", UtcDateTime, nullable=False),
    Column("status", Text),
    Column("hangup_cause", Integer),
    Column("ended_at", UtcDateTime),
    Column("callback_id", Text, index=True),  # an attempt at this callback
    Index(None, "business", "requested_at"),
    Index(None, "status", "requested_at"),
)

# Outlives every retention: the number is kept so that the wish of its owner is.
do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number_key", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# How far each of Asterisk's CDR files has been read. Only saves work: a file may be read again.
cdr_positions = Table(
    "cdr_positions",
    metadata,
    Column("path", Text, primary_key=True),
    # Tells the file from one that took its place, also when that has the same inode.
    Column("first_line_sha256", Text, nullable=False),
    Column("byte_offset", BigInteger, nullable=False),
)

# How a call's audio travelled. Refers to no call: it may be known before the record is.
call_qualities = Table(
    "call_qualities",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("received_jitter_ms", Float),
    Column("received_loss_percent", Float),
    Column("sent_jitter_ms", Float),
    Column("sent_loss_percent", Float),
    Column("round_trip_ms", Float),
    Column("mos", Float),
)

# When a node, a trunk, a phone or a registration came up or went down.
health_changes = Table(
    "health_changes",
    metadata,
    Column("number", Integer, primary_key=True),  # in the order they were written
    Column("node", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("health", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("round_trip_ms", Float),
    Index(None, "node", "part", "name"),
)

# How often somebody was not let in, by hour.
failed_authentications = Table(
    "failed_authentications",
    metadata,
    Column("hour", UtcDateTime, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("source", Text, primary_key=True),  # an address; forgotten with the retention
    Column("reason", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
