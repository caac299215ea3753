"""Who listens in hears what the agent passes on, for as long as it is wanted."""

import asyncio
import math
import os
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
from voicebot.calls.orders import Listen, Order, OrderResult, Presence, Supervise
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


def test_a_supervisor_gets_on_a_call_from_its_own_page(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("l2", CALLER)
    page.goto(f"{panel.url}/calls/l2")
    here = page.get_by_role("region", name="Be on this call")
    by_phone = here.get_by_role("group", name="By your phone, joan")
    with an_agent(panel, OrderResult.NOBODY_TO_WHISPER_TO) as order:
        by_phone.get_by_role("button", name="Whisper").press("Enter")
        expect(here.get_by_role("status")).to_contain_text("Barge in instead")
    assert order.result().order == Supervise(CallId("l2"), "joan", Presence.WHISPER)
    with an_agent(panel, OrderResult.DONE) as order:
        by_phone.get_by_role("button", name="Barge in").click()
        expect(here.get_by_role("status")).to_contain_text("6 barges in")
    assert order.result().order == Supervise(CallId("l2"), "joan", Presence.BARGE)
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        for width in (1280, 390):
            page.emulate_media(color_scheme="light" if width > 390 else "dark")
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/being-on-call-{width}.png")
            page.goto(f"{panel.url}/accounts")
            page.screenshot(path=f"{folder}/accounts-{width}.png")
            page.goto(f"{panel.url}/")
            opened(page)
            page.screenshot(path=f"{folder}/floor-dialog-{width}.png")
            page.goto(f"{panel.url}/calls/l2")
        page.set_viewport_size({"width": 1280, "height": 800})
    bar = page.get_by_role("region", name=CALLER)
    with a_passing_agent(panel, ends_after_s=LONGEST_S):
        here.get_by_role("button", name="Listen in").press("Enter")
        expect(bar.get_by_role("status")).to_contain_text("You hear both sides")
        bar.get_by_role("button", name="Stop").press("Enter")
        expect(bar).to_be_hidden()
    panel.end_call("l2")


def _tone() -> bytes:
    samples = [8_000 * math.sin(2 * math.pi * 400 * at / 8_000) for at in range(800)]
    return encode(np.asarray(samples, np.int16), Encoding.ULAW)
