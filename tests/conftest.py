"""Fixtures that many rooms share."""

from tests.stack_fixture import running_servers, running_stack

__all__ = ["running_servers", "running_stack"]
