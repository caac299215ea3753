"""One Asterisk for the whole suite, all of whose scenarios are under way at once."""

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future

import pytest

from tests.stack_fixture import need
from tests.telephony.fallback.node import Node
from tests.telephony.scenarios.playing import Verdict, open_files, playing, scenarios_node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    need("sipp", is_there=shutil.which("sipp") is not None)
    with scenarios_node(tmp_path_factory.mktemp("node")).running() as running:
        yield running


@pytest.fixture(scope="module")
def open_files_at_first(node: Node) -> int:
    return open_files(node)


@pytest.fixture(scope="module")
def verdicts(
    node: Node,
    open_files_at_first: int,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, "Future[Verdict]"]]:
    """Of the scenarios that this run has selected, all started together."""
    selected = {
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path
        if hasattr(item, "callspec") and "name" in item.callspec.params
    }
    with playing(node, selected, tmp_path_factory.mktemp("calls")) as started:
        yield started
