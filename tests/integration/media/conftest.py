"""Far ends for the media link. Without Asterisk its tests skip, but fail where CI is set."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.fakes.media_server import FakeMediaServer
from tests.integration.media.asterisk_node import (
    AsteriskNode,
    missing_for_asterisk,
    running_asterisk,
    sounds_dir,
)
from tests.integration.media.far_ends import AsteriskFarEnd, FakeFarEnd, FarEnd


def _skip_or_fail(missing: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def asterisk_sounds() -> Path:
    directory = sounds_dir()
    if directory is None or not directory.is_dir():
        _skip_or_fail("no prompts: run `make setup`, or set VOICEBOT_ASTERISK_ROOT")
    return directory


@pytest.fixture(scope="session")
def asterisk_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskNode]:
    if missing := missing_for_asterisk():
        _skip_or_fail(missing)
    with running_asterisk(tmp_path_factory.mktemp("asterisk")) as node:
        yield node


@pytest.fixture
async def asterisk(asterisk_node: AsteriskNode) -> AsyncIterator[AsteriskFarEnd]:
    async with AsteriskFarEnd.on(asterisk_node) as far_end:
        yield far_end


@pytest.fixture(params=["fake", "asterisk"])
async def far_end(request: pytest.FixtureRequest) -> AsyncIterator[FarEnd]:
    if request.param == "fake":
        async with FakeMediaServer().running() as server:
            yield FakeFarEnd(server)
    else:
        async with AsteriskFarEnd.on(request.getfixturevalue("asterisk_node")) as asterisk:
            yield asterisk
