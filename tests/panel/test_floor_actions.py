"""What is ordered about a call on the floor reaches the agent that has it, from whoever may."""

import asyncio
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.panel.panel_server import DID, Panel
from tests.panel.signing_in import sign_in
from voicebot.calls.model import CallId
from voicebot.calls.orders import Drain, Given, HangUpCall, OfferCallback, OrderResult
from voicebot.calls.transitions import CallState
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import Degradation
from voicebot.line_ports import AgentHealth
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.shared_state.orders import RedisOrders

AGENT = "node1-1"
CALLER = "+436605550142"


@contextmanager
def an_agent(panel: Panel, result: OrderResult) -> Iterator[Future[Given]]:
    """Takes one order, and answers it so."""

    async def takes() -> Given:
        connection = RedisConnection(panel.redis.url)
        orders = RedisOrders(connection)
        given = None
        while given is None:
            given = await orders.next(AGENT)
        await orders.answer(given.order_id, result)
        await connection.close()
        return given

    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(asyncio.run, takes())


def opened(page: Page) -> Locator:
    row = page.locator("#calls tr", has_text=CALLER)
    row.get_by_role("button", name="What may be done").press("Enter")
    return page.get_by_role("dialog", name=CALLER)


def test_a_call_is_hung_up_by_keyboard_and_what_came_of_it_is_told(
    page: Page, panel: Panel
) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("a1", CALLER)
    dialog = opened(page)
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        page.screenshot(path=f"{folder}/floor-actions.png")
        page.set_viewport_size({"width": 390, "height": 800})
        page.screenshot(path=f"{folder}/floor-actions-phone.png")
        page.set_viewport_size({"width": 1280, "height": 800})
    with an_agent(panel, OrderResult.DONE) as order:
        dialog.get_by_role("button", name="Hang up").press("Enter")
        expect(dialog.get_by_role("status")).to_have_text("Done.")
    given = order.result()
    assert (given.account, given.order) == ("anna", HangUpCall(CallId("a1")))
    with an_agent(panel, OrderResult.ENDING):
        dialog.get_by_role("button", name="Hang up").click()
        expect(dialog.get_by_role("status")).to_contain_text("about to be")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto(f"{panel.url}/audit")
    expect(page.get_by_role("row").filter(has_text="hang-up-call").first).to_contain_text("ending")
    panel.end_call("a1")


def test_an_agent_that_is_gone_is_told_and_nothing_is_done(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("a2", CALLER)
    dialog = opened(page)
    dialog.get_by_role("button", name="Hang up").click()
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was done")
    assert not panel.client.keys("order*")
    panel.end_call("a2")


def test_the_wrong_role_queue_or_form_orders_nothing(page: Page, panel: Panel) -> None:
    panel.show_call("a3", CALLER)
    sign_in(page, panel, "vera")
    expect(page.locator("#calls tr")).to_have_count(1)
    expect(page.get_by_role("button", name="What may be done")).to_have_count(0)
    found = re.search(r'name="csrf" value="([^"]+)"', page.content())
    assert found is not None
    assert _post(page, panel, found[1]) == 403
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, panel, "sven")  # of another number
    found = re.search(r'name="csrf" value="([^"]+)"', page.content())
    assert found is not None
    assert _post(page, panel, found[1]) == 409
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, panel, "anna")
    assert _post(page, panel, "forged") == 403
    assert not panel.client.keys("order*")
    panel.end_call("a3")


def test_who_waits_is_offered_a_callback(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("a4", CALLER, state=CallState.WAITING)
    dialog = opened(page)
    with an_agent(panel, OrderResult.DONE) as order:
        dialog.get_by_role("button", name="Offer a callback").click()
        assert order.result().order == OfferCallback(CallId("a4"))
        expect(dialog.get_by_role("status")).to_have_text("Done.")
    panel.end_call("a4")


def test_who_waits_is_served_next(page: Page, panel: Panel) -> None:
    for number, call_id in enumerate(("a5", "a6")):
        panel.show_call(call_id, f"{CALLER}{number}", state=CallState.WAITING)
        panel.have_wait(call_id, f"service@{DID}", 1_000.0 + number)
    sign_in(page, panel, "anna")
    last = page.locator("#line tr", has_text=f"{CALLER}1")
    expect(last.locator(".c-position")).to_have_text("2", timeout=15_000)
    row = page.locator("#calls tr", has_text=f"{CALLER}1")
    row.get_by_role("button", name="What may be done").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Serve next").click()
    expect(dialog.get_by_role("status")).to_have_text("Done.")
    expect(last.locator(".c-position")).to_have_text("1")
    page.keyboard.press("Escape")
    page.goto(f"{panel.url}/audit")
    row = page.get_by_role("row").filter(has_text="serve-caller-next").first
    expect(row).to_contain_text("a6")


def test_who_does_not_wait_cannot_be_served_next(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("a7", CALLER)
    expect(page.locator("#calls tr", has_text=CALLER)).to_be_visible()
    found = re.search(r'name="csrf" value="([^"]+)"', page.content())
    assert found is not None
    assert _post(page, panel, found[1], "a7/serve-next") == 409


def test_a_callback_that_is_due_is_made_now(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/callbacks")
    page.get_by_label("Number", exact=True).fill("+4315007778")
    page.get_by_role("button", name="Book", exact=True).click()
    page.goto(panel.url)
    row = page.locator("#callbacks tr", has_text="+4315007778")
    row.locator("summary").click()
    row.get_by_role("button", name="Call back now").click()
    callbacks = page.get_by_role("row").filter(has_text="+4315007778")
    expect(callbacks.first).to_contain_text("booked")
    page.goto(f"{panel.url}/audit")
    expect(page.get_by_role("row").filter(has_text="call-callback-now").first).to_be_visible()


def test_a_step_is_forced_and_an_agent_drained(page: Page, panel: Panel) -> None:
    board_of(panel)
    sign_in(page, panel, "anna")
    expect(page.locator("#agents")).to_contain_text("stt: open")
    page.locator("summary", has_text="Force a step").click()
    page.get_by_label("Step of service").select_option("small-models")
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        page.screenshot(path=f"{folder}/floor-service.png")
    page.get_by_role("button", name="Force a step").click()
    expect(page.locator("#step")).to_have_text("Small models (forced)")
    assert panel.client.get("degradation:forced") == "small-models"
    panel.client.delete("degradation:forced")
    page.locator("summary", has_text="Drain").click()
    with an_agent(panel, OrderResult.DONE) as order:
        page.get_by_role("button", name="Drain").click()
        assert order.result().order == Drain(is_on=True)
    panel.client.sadd("agents:draining", AGENT)
    expect(page.locator("#agents")).to_contain_text("takes no new calls")
    expect(page.locator("summary", has_text="Take calls again")).to_be_visible()
    panel.client.delete("agents:draining", "degradation:agents")


def test_a_queue_is_paused_and_resumed(page: Page, panel: Panel) -> None:
    queue = f"sales@{DID}"
    panel.client.sadd("paused-queues", queue)
    sign_in(page, panel, "anna")
    row = page.locator("#queues li", has_text="sales")
    expect(row.locator("[data-cell=how]")).to_have_text("paused")
    row.locator("summary", has_text="Let callers in again").click()
    row.get_by_role("button", name="Let callers in again").click()
    expect(page.locator("#queues [data-cell=how]", has_text="paused")).to_have_count(0)
    assert not panel.client.smembers("paused-queues")


def board_of(panel: Panel) -> None:
    """One agent, one of whose breakers is open."""

    async def telling() -> None:
        connection = RedisConnection(panel.redis.url)
        board = RedisHealthBoard(connection, lease_s=60)
        full = Degradation.FULL
        await board.exchange(AgentHealth(AGENT, full, full, {"stt": BreakerState.OPEN}))
        await connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, telling()).result()


def _post(page: Page, panel: Panel, csrf: str, what: str = "a3/hang-up") -> int:
    script = """async ([url, csrf]) =>
        (await fetch(url, {method: "POST", body: new URLSearchParams({csrf})})).status"""
    status = page.evaluate(script, [f"{panel.url}/floor/calls/{what}", csrf])
    assert isinstance(status, int)
    return status
