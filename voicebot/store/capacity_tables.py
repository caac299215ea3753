"""Which tables hold how busy it was? Sums by queue and five minutes, and samples by the minute.

Nothing in them is private, and nothing refers to a call.
"""

from sqlalchemy import Column, Float, Integer, Table, Text

from voicebot.capacity.offered_load import NAMES
from voicebot.store.tables import UtcDateTime, metadata

SECONDS = frozenset({"handled_s", "carried_s", "waited_s", "error_s", "absolute_error_s"})

# Reckoned from the records of calls, again and again while those come in late.
capacity_bins = Table(
    "capacity_bins",
    metadata,
    Column("at", UtcDateTime, primary_key=True),
    Column("scope", Text, primary_key=True),  # a queue, or @<DID>
    *(Column(name, Float if name in SECONDS else Integer, nullable=False) for name in NAMES),
)

# What was so at that minute and is nowhere on record.
capacity_samples = Table(
    "capacity_samples",
    metadata,
    Column("at", UtcDateTime, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("value", Float, nullable=False),
)
