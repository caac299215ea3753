"""Fixtures that many rooms share."""

from tests.stack_fixture import running_servers, running_stack
from tests.store_databases import migrated_file, postgresql

__all__ = ["migrated_file", "postgresql", "running_servers", "running_stack"]
