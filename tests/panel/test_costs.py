"""What calls cost, for whoever may see it."""

import os

from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.past_call import keep_past_call
from tests.panel.signing_in import sign_in


def test_costs_are_shown_by_day_and_by_what_is_chosen(page: Page, panel: Panel) -> None:
    keep_past_call(panel)
    sign_in(page, panel, "anna")
    page.get_by_role("link", name="Costs").click()
    expect(page.get_by_role("heading", name="Costs", exact=True)).to_be_visible()
    page.get_by_label("From (UTC)").fill("2026-01-01")
    page.get_by_label("To (UTC)").fill("2026-12-31")
    page.get_by_label("Told apart by").select_option("outcome")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("region", name="Outcome").get_by_role("row")).not_to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("VOICEBOT_PRICES_FILE")
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        page.screenshot(path=f"{folder}/costs.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 800})
        page.screenshot(path=f"{folder}/costs-phone.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})


def test_a_calls_page_tells_its_cost_to_whoever_may_see_it(page: Page, panel: Panel) -> None:
    keep_past_call(panel)
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/calls/past-1")
    cost = page.get_by_role("region", name="Cost")
    expect(cost).to_contain_text("Total")
    expect(cost.locator("dd")).to_have_count(6)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, panel, "vera")
    page.goto(f"{panel.url}/calls/past-1")
    expect(page.get_by_role("region", name="Audio")).to_be_visible()
    expect(cost).to_have_count(0)


def test_what_cannot_be_understood_is_left_out(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    answer = page.goto(f"{panel.url}/costs?from=%00&to=99999-01-01&by=moon")
    assert answer is not None
    assert answer.ok


def test_a_viewer_sees_no_costs(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "vera")
    expect(page.get_by_role("link", name="Costs")).to_have_count(0)
    answer = page.goto(f"{panel.url}/costs")
    assert answer is not None
    assert answer.status == 403
