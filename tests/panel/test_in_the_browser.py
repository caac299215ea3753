"""What somebody sees and can do, in a real browser."""

import re
import time

from playwright.sync_api import Page, expect

from tests.panel.panel_server import DID, PASSWORD, Panel
from tests.panel.signing_in import sign_in
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import Phase

OTHER_DID = "+49301234"


def test_the_floor_changes_as_calls_do(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    panel.show_call("c1", "+436601234567", phase=Phase.HEARING)
    row = page.locator("#calls tr", has_text="+436601234567")
    expect(row).to_contain_text("in conversation")
    expect(row.locator(".speaker")).to_have_text("caller")
    panel.tell("c1", "turn.over", route={"tier": "small"}, timings={"total_ms": 612})
    expect(row.locator(".c-latency")).to_have_text("612 ms")
    expect(row.locator(".c-tier")).to_have_text("small")
    panel.show_call("c2", "+436607654321", state=CallState.WAITING)
    panel.have_wait("c2", f"service@{DID}", time.time() - 65)
    waiting = page.locator("#line tr", has_text="+436607654321")
    # A line is looked for every ten seconds until it is known.
    expect(waiting.locator(".c-position")).to_have_text("1", timeout=15_000)
    expect(waiting.locator(".c-waits")).to_contain_text("1:")
    panel.tell("c2", "wait.told", low_s=60, high_s=200)
    expect(waiting.locator(".c-told")).to_have_text(re.compile("^1.4 min$"))
    expect(waiting).to_have_attribute("data-late", "false")
    panel.tell("c2", "wait.told", low_s=10, high_s=60)
    expect(waiting.locator(".c-told")).to_have_text("up to 1 min")
    expect(waiting).to_have_attribute("data-late", "true")
    panel.end_call("c1")
    expect(row).to_have_count(0)
    panel.end_call("c2")


def test_script_in_a_callers_number_is_shown_and_not_run(page: Page, panel: Panel) -> None:
    script = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    sign_in(page, panel, "anna")
    panel.show_call("c3", script)
    expect(page.locator("#calls .c-caller", has_text="onerror")).to_have_text(script)
    assert page.locator("#calls img").count() == 0
    assert "run" not in page.title()
    panel.end_call("c3")


def test_a_role_sees_what_it_may_and_a_scope_what_is_its_own(page: Page, panel: Panel) -> None:
    panel.show_call("c4", "+436601111167")
    panel.show_call("c5", "+436602222268", did=OTHER_DID)
    sign_in(page, panel, "paul")
    expect(page.locator("#calls .c-caller")).to_have_text(["••••••67"])
    assert "+436601111167" not in page.content()
    for path in ("/audit", "/accounts"):
        assert page.goto(f"{panel.url}{path}").status == 403  # type: ignore[union-attr]
        expect(page.get_by_role("alert")).to_contain_text("does not allow")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, panel, "sven")
    expect(page.locator("#calls .c-caller")).to_have_text(["+436602222268"])
    for call_id in ("c4", "c5"):
        panel.end_call(call_id)


def test_all_of_it_can_be_done_with_the_keyboard_and_in_german(page: Page, panel: Panel) -> None:
    page.goto(f"{panel.url}/sign-in")
    expect(page.get_by_label("Account", exact=True)).to_be_focused()
    page.keyboard.type("vera")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("Live")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_role("button", name="DE: Deutsch").press("Enter")
    expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_phone_shows_it_without_scrolling_sideways(page: Page, panel: Panel) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    panel.show_call("c6", "+436603333369")
    sign_in(page, panel, "anna")
    expect(page.locator("#calls .c-caller")).to_have_text(["+436603333369"])
    for path in ("/", "/account", "/accounts", "/tokens", "/audit"):
        page.goto(f"{panel.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    panel.end_call("c6")
