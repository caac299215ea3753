"""Fixtures that many rooms share, and how two workers share the tests."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.stack_fixture import running_servers, running_stack, state_dir
from tests.store_databases import migrated_file, postgresql

__all__ = ["migrated_file", "postgresql", "running_servers", "running_stack", "state_dir"]

_WHOLE_STACK = "whole stack"
# These hold calls with all models: one such stack at a time, and first, for they take longest.
_WITH_ALL_MODELS = (
    "telephony/bad_input",
    "telephony/conversation",
    "telephony/failures",
    "telephony/outbound/test_spoken_calls.py",
    "telephony/queue",
    "telephony/service",
)
# The worker beside them takes what they leave of the processor: speech that comes late is misheard.
_YIELDING = 5
_FIRST = (_WHOLE_STACK, "telephony", "integration", "contract")


class Folders(LoadScopeScheduling):  # type: ignore[misc]  # it is untyped
    """Gives each worker whole folders: tests of one folder share servers."""

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Folders:
    """Of several workers (`pytest -n 2`), one holds the calls with all models."""
    return Folders(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers the longest begin first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _rank(_group_of(item.nodeid)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Of several workers, those without all models give way, with all they start."""
    is_one_of_several = hasattr(item.config, "workerinput")
    if is_one_of_several and _group_of(item.nodeid) != _WHOLE_STACK:
        os.nice(max(0, _YIELDING - os.nice(0)))


def _group_of(nodeid: str) -> str:
    file = nodeid.partition("::")[0].removeprefix("tests/")
    if file.startswith(_WITH_ALL_MODELS):
        return _WHOLE_STACK
    return file if file.startswith("unit/") else "/".join(file.split("/")[:2])


def _rank(group: str) -> int:
    return next((rank for rank, name in enumerate(_FIRST) if group.startswith(name)), len(_FIRST))
