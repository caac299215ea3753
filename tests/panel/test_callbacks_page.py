"""Callbacks are booked, moved and cancelled in the browser, by whoever may."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.signing_in import sign_in

NUMBER = "+4315007777"


def test_a_callback_is_looked_into_booked_and_cancelled(
    page: Page, panel: Panel, tmp_path: Path
) -> None:
    sign_in(page, panel, "anna")
    page.get_by_role("link", name="Callbacks").click()
    page.get_by_label("Number", exact=True).fill("+43 1 5007777")
    page.get_by_role("button", name="When may it ring?").click()
    expect(page.get_by_role("status")).to_contain_text("Europe/Vienna")
    expect(page.get_by_label("Number", exact=True)).to_have_value("+43 1 5007777")
    page.get_by_role("button", name="Book", exact=True).click()
    row = page.get_by_role("row").filter(has_text=NUMBER)
    expect(row).to_contain_text("booked")
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        page.screenshot(path=f"{folder}/callbacks.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 800})
        page.screenshot(path=f"{folder}/callbacks-phone.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
    row.locator("summary", has_text="Cancel").click()
    row.get_by_role("button", name="Cancel", exact=True).click()
    over = page.get_by_label("Over", exact=True)
    expect(over.get_by_role("row").filter(has_text=NUMBER)).to_contain_text("cancelled")


def test_what_may_not_be_rung_is_said_with_the_reason(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/callbacks")
    page.get_by_label("Number", exact=True).fill("+43900123456")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("premium-rate")


def test_whoever_may_only_see_finds_nothing_to_do(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "vera")
    page.goto(f"{panel.url}/callbacks")
    expect(page.get_by_role("heading", name="Callbacks", exact=True)).to_be_visible()
    expect(page.get_by_label("Number", exact=True)).to_have_count(0)
    expect(page.locator("summary")).to_have_count(0)


def test_several_are_seen_first_and_then_cancelled_at_once(page: Page, panel: Panel) -> None:
    numbers = [f"+43150088{number}0" for number in range(10, 13)]
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/callbacks")
    for number in numbers:
        page.get_by_label("Number", exact=True).fill(number)
        page.get_by_role("button", name="Book", exact=True).click()
        expect(page.get_by_label(f"Choose {number}")).to_be_visible()
    page.get_by_role("button", name="Look at them first").click()
    expect(page.get_by_role("alert")).to_contain_text("None of them is chosen")
    page.goto(f"{panel.url}/callbacks")
    for number in numbers[:2]:
        page.get_by_label(f"Choose {number}").check()
    page.get_by_label("With those chosen").select_option("cancel")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.get_by_role("heading", name="Cancel 2")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Cancel 2").click()
    over = page.get_by_label("Over", exact=True)
    for number in numbers[:2]:
        expect(over.get_by_role("row").filter(has_text=number)).to_contain_text("cancelled")
    # A time that is over is refused for each, with the reason, and the third stays.
    page.get_by_label(f"Choose {numbers[2]}").check()
    page.get_by_label("With those chosen").select_option("move")
    several = page.locator("#several")
    several.get_by_label("From").fill("09:00")
    page.get_by_role("button", name="Look at them first").click()
    page.get_by_role("button", name="Move 1").click()
    expect(page.get_by_role("alert")).to_contain_text("0 done, 1 refused")
    page.goto(f"{panel.url}/callbacks")
    page.get_by_label(f"Choose {numbers[2]}").check()
    page.get_by_label("With those chosen").select_option("cancel")
    page.get_by_role("button", name="Look at them first").click()
    page.get_by_role("button", name="Cancel 1").click()
    expect(page.get_by_label(f"Choose {numbers[2]}")).to_have_count(0)
