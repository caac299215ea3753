"""How does one statement insert a row or deal with the one that is there?

SQLite and PostgreSQL speak the same ON CONFLICT, through constructs of their own.
"""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_or(
    connection: AsyncConnection, table: Table
) -> postgresql.dml.Insert | sqlite.dml.Insert:
    """An INSERT in the connection's dialect, to go on with `on_conflict_…`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
