"""Which tables hold the thresholds of budgets that were reached, and who is still to be told?

The primary key of an alert is the rule that it is told once. Nothing in them is private, and
nothing refers to a call. Money is decimal text: SQLite has no decimals.
"""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, Table, Text

from voicebot.store.tables import UtcDateTime, metadata

budget_alerts = Table(
    "budget_alerts",
    metadata,
    Column("budget", Text, primary_key=True),  # its name
    Column("first", Date, primary_key=True, index=True),  # of its period
    Column("percent", Integer, primary_key=True, autoincrement=False),
    Column("per", Text, nullable=False),
    Column("end", Date, nullable=False),
    Column("queue", Text),
    Column("amount", Text, nullable=False),
    Column("spent", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reached_at", UtcDateTime, nullable=False),
)

# Written together with the alert, like those of messages.
budget_deliveries = Table(
    "budget_deliveries",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("first", Date, primary_key=True),
    Column("percent", Integer, primary_key=True, autoincrement=False),
    Column("hook", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("last_error", Text),  # a stable code, never the other side's words
    ForeignKeyConstraint(
        ["budget", "first", "percent"],
        ["budget_alerts.budget", "budget_alerts.first", "budget_alerts.percent"],
        ondelete="CASCADE",
    ),
    Index(None, "state", "next_attempt_at"),
)
