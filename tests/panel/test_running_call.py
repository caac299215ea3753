"""A call while it goes on: read along, by those who may, until it is over."""

from dataclasses import replace

import httpx
from playwright.sync_api import Page, expect

from tests.fakes.sample_calls import a_record, a_turn
from tests.panel.panel_server import DID, Panel
from tests.panel.signing_in import sign_in as sign_in_page
from tests.panel.test_from_outside import HTML, sign_in
from voicebot.calls.model import CallId, StageTimings
from voicebot.dialogue.conversation_state import Phase

CALLER = "+436607777771"
GREETING = replace(a_turn(0), heard="", said="Welcome.", said_heard="Welcome.")
ANSWER = replace(a_turn(1), heard="Are you <b>open</b>?", timings=StageTimings(total_ms=640))


def test_a_call_is_read_along_and_becomes_its_record(page: Page, panel: Panel) -> None:
    panel.show_call("run-1", CALLER, phase=Phase.SPEAKING, records=[GREETING])
    sign_in_page(page, panel, "anna")
    page.locator("#calls a", has_text=CALLER).click()
    expect(page.locator("#turns li")).to_have_count(1)
    expect(page.locator("#speaker")).to_have_text("agent")
    panel.show_call("run-1", CALLER, phase=Phase.HEARING, records=[GREETING, ANSWER])
    expect(page.get_by_text("Are you <b>open</b>?")).to_be_visible()
    expect(page.locator("#latency")).to_have_text("640 ms")
    expect(page.locator("#speaker")).to_have_text("caller")
    record = a_record("run-1", caller_number=CALLER)
    facts = replace(record.facts, call_id=CallId("run-1"), called_number=DID)
    panel.keep_call(replace(record, facts=facts, turns=(GREETING, ANSWER)))
    panel.end_call("run-1")
    expect(page.get_by_text("Turn by turn")).to_be_visible(timeout=10_000)


def test_a_running_call_is_as_private_as_one_that_is_over(panel: Panel) -> None:
    panel.show_call("run-2", CALLER, records=[GREETING, ANSWER])
    with httpx.Client(base_url=panel.url, follow_redirects=False, headers=HTML) as visitor:
        assert visitor.get("/calls/run-2").status_code == 303
        assert visitor.get("/calls/run-2/stream", headers={"accept": "*/*"}).status_code == 401
        sign_in(visitor, panel, "sven")
        for path in ("/calls/run-2", "/calls/run-2/stream", "/calls/run-9/stream"):
            assert visitor.get(path).status_code == 404
    with httpx.Client(base_url=panel.url, follow_redirects=False, headers=HTML) as visitor:
        sign_in(visitor, panel, "paul")
        assert CALLER not in visitor.get("/calls/run-2").text
        with visitor.stream("GET", "/calls/run-2/stream", timeout=20) as stream:
            first = next(line for line in stream.iter_lines() if line)
    assert "open" not in first
    assert "Welcome" not in first
    assert CALLER not in first
    panel.end_call("run-2")
