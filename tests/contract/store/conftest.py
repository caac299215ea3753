"""Each port of the store, once in memory and once in each kind of database."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.store_databases import DIALECTS, new_database
from voicebot.store.engine import Database


@pytest.fixture(params=["fake", *DIALECTS])
def implementation_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str | None]:
    if request.param == "fake":
        yield None
        return
    with new_database(request, request.param, tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture
async def implementation(implementation_url: str | None) -> AsyncIterator[Database | None]:
    """The database to use, or None for what is kept in memory."""
    if implementation_url is None:
        yield None
        return
    opened = Database.open(implementation_url)
    yield opened
    await opened.close()
