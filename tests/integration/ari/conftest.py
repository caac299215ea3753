from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.integration.ari.asterisk_server import AsteriskServer


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    return needed_asterisk_root()


@pytest.fixture(scope="module")
def asterisk(
    asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AsteriskServer]:
    """One Asterisk for all tests of a module; each uses an application of its own."""
    with AsteriskServer(asterisk_root, tmp_path_factory.mktemp("asterisk")).running() as server:
        yield server
