"""A supervisor's phone is put on a call by whoever may, by the call's own agent; it is noted."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.integration.panel.test_listening import signed_in
from tests.panel.panel_server import Panel, panel_server
from voicebot.calls.model import CallId
from voicebot.calls.orders import OrderResult, Presence, Supervise
from voicebot.panel.access import Role
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.orders import RedisOrders

CALL = CallId("s1")
PHONE = "joan"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    folder: Path = tmp_path_factory.mktemp("panel")
    with panel_server(folder) as running:
        running.add_account("anna", Role.ADMINISTRATOR)
        running.add_account("paul", Role.SUPERVISOR)
        running.add_account("vera", Role.VIEWER)
        running.add_account("sven", Role.SUPERVISOR, frozenset({"+49301234"}))
        running.show_call(CALL, "+436605550142")
        with signed_in(running, "anna") as anna:
            for name in ("paul", "vera", "sven"):
                assert gives(anna, name, PHONE).status_code == 303
        yield running


def test_the_agent_of_the_call_is_told_whose_phone_rings_and_how_it_is_there(panel: Panel) -> None:
    with signed_in(panel, "paul") as paul, ThreadPoolExecutor(1) as thread:
        agent = thread.submit(asyncio.run, _answers(panel, OrderResult.DONE))
        answer = asks(paul, "whisper")
        assert agent.result() == Supervise(CALL, PHONE, Presence.WHISPER)
        assert answer.status_code == 200
        assert "5 whispers to the operator" in answer.json()["text"]
    with signed_in(panel, "anna") as anna:
        assert _noted(anna, "supervise-whisper") == [("paul", f"{CALL} {PHONE}", "ordered")]


def test_why_not_is_told_with_what_to_do_instead_and_noted(panel: Panel) -> None:
    with signed_in(panel, "paul") as paul, ThreadPoolExecutor(1) as thread:
        agent = thread.submit(asyncio.run, _answers(panel, OrderResult.NOBODY_TO_WHISPER_TO))
        answer = asks(paul, "barge")
        agent.result()
        assert (answer.status_code, answer.json()["result"]) == (409, "nobody-to-whisper-to")
        assert "Barge in instead" in answer.json()["text"]
    with signed_in(panel, "anna") as anna:
        results = [result for *_, result in _noted(anna, "supervise-barge")]
        assert results == ["nobody-to-whisper-to", "ordered"]


@pytest.mark.parametrize(
    ("name", "presence", "status"),
    [("vera", "listen", 403), ("sven", "listen", 409), ("anna", "listen", 409), ("paul", "?", 422)],
)
def test_the_wrong_role_queue_or_wish_and_whoever_has_no_phone_ring_nowhere(
    panel: Panel, name: str, presence: str, status: int
) -> None:
    with signed_in(panel, name) as visitor:
        answer = asks(visitor, presence)
        assert answer.status_code == status
        if name == "anna":
            assert answer.json()["result"] == "extension-missing"
    assert not panel.client.keys("order*")


def test_a_forged_form_rings_nowhere(panel: Panel) -> None:
    with signed_in(panel, "paul") as paul:
        form = {"csrf": "forged", "presence": "listen"}
        assert paul.post(f"/floor/calls/{CALL}/supervise", data=form).status_code == 403
    assert not panel.client.keys("order*")


def test_phones_are_given_by_administrators_and_are_those_of_the_businesses(panel: Panel) -> None:
    with signed_in(panel, "paul") as paul:
        assert gives(paul, "paul", "maria").status_code == 403
        assert "Your phone: joan." in paul.get("/account").text
    with signed_in(panel, "anna") as anna:
        assert gives(anna, "paul", "trunk/+1900").status_code == 404
        assert gives(anna, "nobody", PHONE).status_code == 404
        latest = _noted(anna, "set-extension")[:2]
        assert latest == [
            ("anna", f"nobody {PHONE}", "refused"),
            ("anna", "paul trunk/+1900", "refused"),
        ]
        assert gives(anna, "sven", "").status_code == 303
        [row] = re.findall(r"<tr><th scope=\"row\">sven.*?</tr>", anna.get("/accounts").text, re.S)
        assert "<option selected>" not in row
        assert gives(anna, "sven", PHONE).status_code == 303


def gives(client: httpx.Client, name: str, extension: str) -> httpx.Response:
    form = {"csrf": _token(client), "extension": extension}
    return client.post(f"/accounts/{name}/extension", data=form)


def asks(client: httpx.Client, presence: str) -> httpx.Response:
    form = {"csrf": _token(client), "presence": presence}
    return client.post(f"/floor/calls/{CALL}/supervise", data=form)


def _token(client: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found is not None
    return found[1]


def _noted(client: httpx.Client, action: str) -> list[tuple[str, str, str]]:
    """Who did it, to what, and what came of it, the latest first."""
    rows = re.findall(r"<tr>.*?</tr>", client.get("/audit").text, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    texts = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]
    return [(row[1], row[-2], row[-1]) for row in texts if action in row]


async def _answers(panel: Panel, result: OrderResult) -> object:
    """Takes one order."""
    connection = RedisConnection(panel.redis.url)
    orders = RedisOrders(connection)
    given = None
    while given is None:
        given = await orders.next("node1-1")
    await orders.answer(given.order_id, result)
    await connection.close()
    return given.order
