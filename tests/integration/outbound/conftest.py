"""A real database, brought up by the migrations: SQLite and PostgreSQL."""

from tests.store_databases import database, database_url

__all__ = ["database", "database_url"]
