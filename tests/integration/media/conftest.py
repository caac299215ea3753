"""Far ends for the media link: the fake, and a real Asterisk."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root, sounds_dir
from tests.fakes.media_server import FakeMediaServer
from tests.integration.media.far_ends import AsteriskFarEnd, FakeFarEnd, FarEnd
from tests.integration.media.media_node import MediaNode
from tests.stack_fixture import need


@pytest.fixture(scope="session")
def asterisk_sounds() -> Path:
    directory = sounds_dir(needed_asterisk_root())
    need("Asterisk's recorded prompts", is_there=directory.is_dir())
    return directory


@pytest.fixture(scope="session")
def media_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaNode]:
    node = MediaNode(needed_asterisk_root(), tmp_path_factory.mktemp("asterisk"))
    with node.running():
        yield node


@pytest.fixture
async def asterisk(media_node: MediaNode) -> AsyncIterator[AsteriskFarEnd]:
    async with AsteriskFarEnd.on(media_node) as far_end:
        yield far_end


@pytest.fixture(params=["fake", "asterisk"])
async def far_end(request: pytest.FixtureRequest) -> AsyncIterator[FarEnd]:
    if request.param == "fake":
        async with FakeMediaServer().running() as server:
            yield FakeFarEnd(server)
    else:
        async with AsteriskFarEnd.on(request.getfixturevalue("media_node")) as asterisk:
            yield asterisk
