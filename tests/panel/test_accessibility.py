"""Can everybody use every page, as far as a checker can tell? (WCAG 2.2, levels A and AA)"""

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.panel.busy_weeks import keep_busy_weeks
from tests.panel.panel_server import DID, Panel
from tests.panel.past_call import keep_past_call
from tests.panel.signing_in import sign_in
from voicebot.calls.transitions import CallState

AXE = (Path(__file__).parent / "vendored" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    "/",
    "/callbacks",
    "/costs",
    "/business",
    "/business/shop.yaml/versions/1",
    "/capacity",
    "/capacity?range=week",
    "/calls",
    "/calls/past-1",
    "/calls/c7",
    "/account",
    "/accounts",
    "/tokens",
    "/audit",
    "/erasure",
    "/nowhere",
)


def violations(page: Page) -> list[Any]:
    page.evaluate(AXE)
    told = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    found: list[Any] = told["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 390)])
def test_no_page_has_a_violation(chromium: Browser, panel: Panel, scheme: Any, width: int) -> None:
    context = chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{panel.url}/sign-in")
    assert violations(page) == []
    panel.show_call("c7", "+436604444470")
    panel.tell("c7", "turn.over", route={"tier": "large"}, timings={"total_ms": 1712})
    panel.show_call("c8", "+436605555571", state=CallState.WAITING)
    panel.have_wait("c8", f"service@{DID}", time.time())
    keep_past_call(panel)
    keep_busy_weeks(panel)
    sign_in(page, panel, "anna")
    expect(page.locator("#calls tr")).to_have_count(2)
    for path in PAGES:
        page.goto(f"{panel.url}{path}")
        if path == "/":
            expect(page.locator("#calls tr")).to_have_count(2)
        assert violations(page) == [], path
    panel.end_call("c7")
    panel.end_call("c8")
    context.close()
