import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ari.asterisk_server import AsteriskServer, find_root, why_it_cannot_run


def skip_or_fail(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    """The built root directory: $VOICEBOT_ASTERISK_ROOT, else the newest in the cache."""
    root = find_root()
    if root is None:
        skip_or_fail("no Asterisk root directory was built")
    assert root is not None
    return root


@pytest.fixture(scope="module")
def asterisk(
    asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AsteriskServer]:
    """One Asterisk for all tests of a module; each uses an application of its own."""
    reason = why_it_cannot_run()
    if reason is not None:
        skip_or_fail(reason)
    server = AsteriskServer(asterisk_root, tmp_path_factory.mktemp("asterisk"))
    try:
        server.start()
        yield server
    finally:
        server.kill()
