"""A real database, brought up by the migrations: SQLite and PostgreSQL."""

from tests.store_databases import bare_url, database, database_url

__all__ = ["bare_url", "database", "database_url"]
