"""Indexes by which a call is found among a million.

Parts of words and of numbers are found by their trigrams, where PostgreSQL has that extension and
we may switch it on; elsewhere a search reads all turns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PLAIN = (
    ("ix_calls_outcome_started_at", "calls", ["outcome", "started_at"]),
    ("ix_calls_called_number_started_at", "calls", ["called_number", "started_at"]),
    ("ix_turns_total_ms", "turns", ["total_ms"]),
)
_TRIGRAMS = (
    ("search_calls_numbers", "calls", ("caller_number", "called_number")),
    ("search_turns_words", "turns", ("(heard || ' / ' || said_heard)",)),
)


def upgrade() -> None:
    for name, table, columns in _PLAIN:
        op.create_index(op.f(name), table, columns)
    if not _has_trigrams():
        return
    for name, table, columns in _TRIGRAMS:
        of_columns = ", ".join(f"{column} gin_trgm_ops" for column in columns)
        op.execute(f"CREATE INDEX {name} ON {table} USING gin ({of_columns})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, _, _ in _TRIGRAMS:
            op.execute(f"DROP INDEX IF EXISTS {name}")
    for name, table, _ in _PLAIN:
        op.drop_index(op.f(name), table)


def _has_trigrams() -> bool:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return False
    there = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
    if connection.execute(sa.text(there)).scalar() is None:
        return False
    allowed = """
        SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')
            OR has_database_privilege(current_database(), 'CREATE')
    """
    if not connection.execute(sa.text(allowed)).scalar():
        return False
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return True
