"""Databases for the panel's own adapters."""

from tests.store_databases import database, database_url

__all__ = ["database", "database_url"]
