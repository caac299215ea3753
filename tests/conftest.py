"""Fixtures that many rooms share, and how two workers share the tests."""

from pathlib import Path

import pytest

from tests.stack_fixture import running_servers, running_stack
from tests.store_databases import migrated_file, postgresql

__all__ = ["migrated_file", "postgresql", "running_servers", "running_stack"]

_TESTS = Path(__file__).parent
# These hold calls with all models: one such stack at a time, and first, for they take longest.
_WHOLE_STACK = frozenset(
    {"telephony/bad_input", "telephony/conversation", "telephony/failures", "telephony/service"}
)


def _group_of(item: pytest.Item) -> str:
    """Tests of one folder share its servers, so one worker has them all."""
    parts = item.path.relative_to(_TESTS).parts[:2]
    folder = "/".join(parts)
    return "whole stack" if folder in _WHOLE_STACK else folder


def _rank(group: str) -> int:
    first = ("whole stack", "telephony", "integration", "contract")
    return next((rank for rank, name in enumerate(first) if group.startswith(name)), len(first))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers (`pytest -n 2 --dist loadgroup`) the longest begin first."""
    if not config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    groups = {item: _group_of(item) for item in items}
    items.sort(key=lambda item: _rank(groups[item]))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups[item]))
