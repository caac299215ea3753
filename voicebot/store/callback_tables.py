"""Which table holds who is owed a call?"""

from sqlalchemy import Column, Float, Index, Integer, Table, Text, text

from voicebot.store.tables import UtcDateTime, metadata, private

callback_requests = Table(
    "callback_requests",
    metadata,
    Column("call_id", Text, primary_key=True),  # a call asks at most once
    Column("business", Text, nullable=False),
    Column("called_number", Text, nullable=False),
    private("number"),
    private("number_key"),  # equal for all ways to write one number
    Column("reason", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", UtcDateTime),
    # Of one that the service dials; none: nobody has looked at it yet, or people are to.
    Column("state", Text),
    Column("why", Text),
    Column("rank", Integer),
    Column("arrived_at_s", Float),  # epoch seconds, of the place in the line
    Column("ticket", Integer),
    Column("due_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("window", Text),  # by the wall clock of whoever is rung
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("channel_id", Text),  # of the last attempt, chosen before Asterisk heard of it
    # Whoever acts on it, until when; each claim counts the epoch up, and older ones write nothing.
    Column("claimed_by", Text),
    Column("claimed_until", UtcDateTime),
    Column("claim_epoch", Integer, nullable=False, server_default="0"),
    # The outbox of endings: a row that is closed is to be told, which needs no writing of its own.
    Column("told_state", Text),
    Column("told_attempts", Integer, nullable=False, server_default="0"),
    Column("told_next_at", UtcDateTime),
    Column("told_error", Text),  # a stable code
    Index(None, "status", "requested_at"),
    Index(None, "status", "due_at"),
    Index(None, "told_state", "told_next_at"),
)
# Nobody waits twice.
Index(
    "uq_callback_requests_waiting",
    callback_requests.c.business,
    callback_requests.c.number_key,
    unique=True,
    sqlite_where=text("status = 'waiting'"),
    postgresql_where=text("status = 'waiting'"),
)
