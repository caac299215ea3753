from collections.abc import AsyncIterator, Iterator

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.integration.ami.watched_node import WatchedNode
from voicebot.store import schema
from voicebot.store.engine import Database


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedNode]:
    """One Asterisk for all tests here; whoever kills it starts it again."""
    root = needed_asterisk_root()
    with WatchedNode(root, tmp_path_factory.mktemp("watched")).running() as running:
        yield running


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('ami')}/voicebot.db"
    schema.upgrade(url)
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.close()
