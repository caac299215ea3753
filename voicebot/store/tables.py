"""Which tables hold what remains of calls?

Portable between SQLite and PostgreSQL. Text has no length limit, because the
numbers and names in it are sent by strangers and a record must never be lost for
being long. Times are aware UTC, always.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
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

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("channel_id", Text, nullable=False),
    Column("caller_number", Text, nullable=False),  # private
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
    # When retention blanked the words and deleted the recordings.
    Column("erased_at", UtcDateTime),
    # Retention asks for what is old and not yet erased.
    Index(None, "erased_at", "ended_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("heard", Text, nullable=False),  # private
    Column("said", Text, nullable=False),  # private
    Column("said_heard", Text, nullable=False),  # private
    Column("was_interrupted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("fact_id", Text),
    Column("endpointing_ms", Integer),
    Column("recognition_ms", Integer),
    Column("retrieval_ms", Integer),
    Column("first_phrase_ms", Integer),
    Column("synthesis_ms", Integer),
    Column("total_ms", Integer),
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
