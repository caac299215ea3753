from collections.abc import Iterator

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.integration.guardian.fleet import (
    GuardedAsterisk,
    ProcessUnderTest,
    running_agent,
    running_guardian,
)


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedAsterisk]:
    root = needed_asterisk_root()
    with GuardedAsterisk(root, tmp_path_factory.mktemp("asterisk")).running() as server:
        yield server


@pytest.fixture(scope="module")
def guardian(asterisk: GuardedAsterisk) -> Iterator[ProcessUnderTest]:
    """One for all tests of a module; whoever harms it starts another."""
    with running_guardian(asterisk) as process:
        yield process


@pytest.fixture
def agent(asterisk: GuardedAsterisk) -> Iterator[ProcessUnderTest]:
    with running_agent(asterisk) as process:
        yield process
    # What the test left must not be mistaken for the next one's.
    for channel_id in asterisk.there_is("channels"):
        if channel_id.startswith("far-"):
            asterisk.ask("DELETE", f"channels/{channel_id}")
