"""Who may listen in hears what the agent passes on, and the audit log says so."""

import asyncio
import math
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.signing_in import sign_in
from tests.panel.test_floor_actions import AGENT, CALLER, an_agent, opened
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode
from voicebot.calls.model import CallId
from voicebot.calls.orders import Listen, Order, OrderResult
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.listening import RedisListening
from voicebot.shared_state.orders import RedisOrders

CHUNK_S = 0.1
LONGEST_S = 30.0


@contextmanager
def a_passing_agent(panel: Panel, *, ends_after_s: float) -> Iterator[Future[Order]]:
    """Takes the order, and passes a tone on for as long as anybody hears it."""

    async def takes() -> Order:
        connection = RedisConnection(panel.redis.url)
        orders, listening = RedisOrders(connection), RedisListening(connection)
        given = None
        while given is None:
            given = await orders.next(AGENT)
        await orders.answer(given.order_id, OrderResult.DONE)
        assert isinstance(given.order, Listen)
        call_id, sent_s = given.order.call_id, 0.0
        while sent_s < ends_after_s and await listening.publish(call_id, _tone()):
            await asyncio.sleep(CHUNK_S)  # as fast as people speak
            sent_s += CHUNK_S
        assert sent_s < LONGEST_S, "somebody listens still"
        await listening.end(call_id)
        await connection.close()
        return given.order

    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(asyncio.run, takes())


def test_a_call_is_heard_until_the_listener_stops(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("l1", CALLER)
    dialog = opened(page)
    bar = page.get_by_role("region", name=CALLER)
    with a_passing_agent(panel, ends_after_s=LONGEST_S) as agent:
        dialog.get_by_role("button", name="Listen in").press("Enter")
        expect(bar.get_by_role("status")).to_contain_text("You hear both sides")
        page.wait_for_function("document.getElementById('listening-level').value > 0.2")
        if folder := os.environ.get("VOICEBOT_PICTURES"):
            page.screenshot(path=f"{folder}/listening.png")
            page.set_viewport_size({"width": 390, "height": 800})
            page.screenshot(path=f"{folder}/listening-phone.png")
            page.set_viewport_size({"width": 1280, "height": 800})
        bar.get_by_role("button", name="Stop").press("Enter")
        expect(bar).to_be_hidden()
        assert agent.result(LONGEST_S) == Listen(CallId("l1"))
    page.goto(f"{panel.url}/audit")
    noted = page.get_by_role("row").filter(has_text="listen-in")
    expect(noted.first).to_contain_text("ended")
    expect(noted.nth(1)).to_contain_text("ordered")
    expect(noted.nth(1)).to_contain_text("anna")


def test_the_end_of_the_call_and_a_refusal_are_told(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("l2", CALLER)
    said = page.get_by_role("region", name=CALLER).get_by_role("status")
    with a_passing_agent(panel, ends_after_s=0.5):
        opened(page).get_by_role("button", name="Listen in").click()
        expect(said).to_have_text("Nothing is heard any more.")
    with an_agent(panel, OrderResult.TOO_MANY):
        opened(page).get_by_role("button", name="Listen in").click()
        expect(said).to_contain_text("as many calls as it can bear")


def test_the_wrong_role_queue_or_form_hears_nothing(page: Page, panel: Panel) -> None:
    panel.show_call("l3", CALLER)
    for name, status in (("vera", 403), ("sven", 409)):
        sign_in(page, panel, name)
        found = re.search(r'name="csrf" value="([^"]+)"', page.content())
        assert found is not None
        assert _post(page, panel, found[1]) == status
        page.get_by_role("button", name="Sign out").click()
    sign_in(page, panel, "anna")
    assert _post(page, panel, "forged") == 403
    assert not panel.client.keys("order*")
    assert not panel.client.keys("listeners:*")


def _tone() -> bytes:
    samples = [8_000 * math.sin(2 * math.pi * 400 * at / 8_000) for at in range(800)]
    return encode(np.asarray(samples, np.int16), Encoding.ULAW)


def _post(page: Page, panel: Panel, csrf: str) -> int:
    script = """async ([url, csrf]) =>
        (await fetch(url, {method: "POST", body: new URLSearchParams({csrf})})).status"""
    status = page.evaluate(script, [f"{panel.url}/floor/calls/l3/listen", csrf])
    assert isinstance(status, int)
    return status
