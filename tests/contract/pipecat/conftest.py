"""Pipecat has an environment of its own: `make test-engines` runs these tests there."""

from importlib.util import find_spec

import pytest

IS_INSTALLED = find_spec("pipecat") is not None
collect_ignore_glob = [] if IS_INSTALLED else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    if IS_INSTALLED:
        # From pipecat's own import; Python 3.13 takes another module for it.
        config.addinivalue_line("filterwarnings", "ignore:'audioop' is:DeprecationWarning")
