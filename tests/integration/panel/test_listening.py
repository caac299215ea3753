"""Who may listen in gets what the agent passes on, and it is noted; others get nothing."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.panel.panel_server import PASSWORD, Panel, panel_server
from tests.polling import until
from voicebot.calls.model import CallId
from voicebot.calls.orders import Listen, OrderResult
from voicebot.panel.access import Role
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.listening import RedisListening
from voicebot.shared_state.orders import RedisOrders

CHUNK = bytes(range(200)) * 4
CALL = CallId("l1")


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    with panel_server(tmp_path_factory.mktemp("panel")) as running:
        running.add_account("anna", Role.ADMINISTRATOR)
        running.add_account("vera", Role.VIEWER)
        running.add_account("sven", Role.SUPERVISOR, frozenset({"+49301234"}))
        running.show_call(CALL, "+436605550142")
        yield running


def test_what_the_agent_passes_on_arrives_and_the_log_tells_of_begin_and_end(panel: Panel) -> None:
    with signed_in(panel, "anna") as anna, ThreadPoolExecutor(1) as thread:
        agent = thread.submit(asyncio.run, _answers(panel, OrderResult.DONE, chunks=3))
        answer = listens(anna)
        assert agent.result() == Listen(CALL)
        assert (answer.status_code, answer.content) == (200, CHUNK * 3)
        assert until(lambda: _noted(anna)[:2] == ["ended", "ordered"], "begin and end are noted")


def test_one_who_goes_is_noted_and_the_agent_learns_of_it(panel: Panel) -> None:
    with signed_in(panel, "anna") as anna, ThreadPoolExecutor(1) as thread:
        agent = thread.submit(asyncio.run, _answers(panel, OrderResult.DONE, chunks=300))
        with anna.stream("POST", f"/floor/calls/{CALL}/listen", data=_form(anna)) as answer:
            assert next(answer.iter_bytes(len(CHUNK))) == CHUNK
        # Its lease lapses long before all is passed on, and the agent ends by itself.
        assert agent.result() == Listen(CALL)
        assert _noted(anna)[:2] == ["ended", "ordered"]


def test_a_refusal_is_told_and_noted(panel: Panel) -> None:
    with signed_in(panel, "anna") as anna, ThreadPoolExecutor(1) as thread:
        agent = thread.submit(asyncio.run, _answers(panel, OrderResult.TOO_MANY, chunks=0))
        answer = listens(anna)
        agent.result()
        assert (answer.status_code, answer.json()["result"]) == (409, "too-many")
        assert _noted(anna)[:2] == ["too-many", "ordered"]


@pytest.mark.parametrize(("name", "status"), [("vera", 403), ("sven", 409)])
def test_the_wrong_role_or_queue_hears_nothing(panel: Panel, name: str, status: int) -> None:
    panel.client.delete(f"listeners:{CALL}")
    with signed_in(panel, name) as visitor:
        assert listens(visitor).status_code == status
    assert not panel.client.keys("order*")
    assert not panel.client.keys("listeners:*")


def test_a_forged_form_hears_nothing(panel: Panel) -> None:
    panel.client.delete(f"listeners:{CALL}")
    with signed_in(panel, "anna") as anna:
        forged = anna.post(f"/floor/calls/{CALL}/listen", data={"csrf": "forged"})
        assert forged.status_code == 403
    assert not panel.client.keys("listeners:*")


@contextmanager
def signed_in(panel: Panel, name: str) -> Iterator[httpx.Client]:
    headers = {"Origin": panel.url}
    with httpx.Client(base_url=panel.url, headers=headers, timeout=20) as client:
        form = {"csrf": _token(client.get("/sign-in").text), "name": name, "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        yield client


def listens(client: httpx.Client) -> httpx.Response:
    return client.post(f"/floor/calls/{CALL}/listen", data=_form(client))


def _form(client: httpx.Client) -> dict[str, str]:
    return {"csrf": _token(client.get("/account").text)}


def _token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _noted(client: httpx.Client) -> list[str]:
    """What came of listening in, the latest first."""
    rows = re.findall(r"<tr>.*?</tr>", client.get("/audit").text, re.DOTALL)
    listened = [row for row in rows if "listen-in" in row and "anna" in row]
    results = ("ended", "ordered", "too-many")
    return [next(one for one in results if one in row) for row in listened]


async def _answers(panel: Panel, result: OrderResult, chunks: int) -> object:
    """Takes one order, and passes so much on while anybody hears it."""
    connection = RedisConnection(panel.redis.url)
    orders, listening = RedisOrders(connection), RedisListening(connection)
    given = None
    while given is None:
        given = await orders.next("node1-1")
    await orders.answer(given.order_id, result)
    sent = 0
    while sent < chunks and await listening.publish(CALL, CHUNK):
        sent += 1
        await asyncio.sleep(0.1)  # as fast as people speak
    assert sent < 300
    if result is OrderResult.DONE:
        await listening.end(CALL)
    await connection.close()
    return given.order
