"""A stack of its own for the tests here; Redis and Asterisk only."""

from tests.stack_fixture import running_servers

__all__ = ["running_servers"]
