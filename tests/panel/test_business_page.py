"""The business file is changed, looked back into and gone back to in the browser."""

import os

from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.signing_in import sign_in
from voicebot.business_file import load_business


def test_a_change_is_checked_saved_and_taken_back(page: Page, panel: Panel) -> None:
    file = panel.folder / "shop.yaml"
    before = file.read_text()
    sign_in(page, panel, "anna")
    page.get_by_role("link", name="Business").click()
    text = page.get_by_role("textbox", name="The whole file")
    expect(text).to_have_value(before)

    text.fill(before.replace("dids: [", "dids: ['one', "))
    page.get_by_role("button", name="Only check").click()
    expect(page.get_by_role("alert")).to_contain_text('line 2: dids: "one" is no number')
    text.fill(before.replace("You help.", "You <b>help</b>."))
    page.get_by_role("button", name="Only check").click()
    expect(page.get_by_role("status")).to_contain_text("valid")
    assert file.read_text() == before

    page.get_by_label("What was changed").fill("emphasis")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    assert load_business(file).persona == "You <b>help</b>."
    row = page.get_by_role("row").filter(has_text="emphasis")
    expect(row).to_contain_text("anna")
    _picture(page, "business")
    row.get_by_role("link").click()
    expect(page.locator(".added")).to_have_text("+persona: You <b>help</b>.\n")
    page.get_by_role("link", name="Business: shop.yaml").click()

    page.get_by_role("row").nth(2).get_by_role("link").click()
    _picture(page, "business-version")
    page.get_by_role("button", name="Go back to this version").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    assert file.read_text() == before


def test_a_change_on_the_disk_is_told_and_nothing_is_lost(page: Page, panel: Panel) -> None:
    file = panel.folder / "shop.yaml"
    before = file.read_text()
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/business/shop.yaml")
    file.write_text(f"# by hand\n{before}")
    text = page.get_by_role("textbox", name="The whole file")
    text.fill(f"# in the panel\n{before}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("by hand")
    expect(page.locator(".added")).to_have_text("+# by hand\n")
    expect(text).to_have_value(f"# in the panel\n{before}")
    assert file.read_text() == f"# by hand\n{before}"
    text.fill(before)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")


def test_who_may_not_change_it_cannot(page: Page, panel: Panel) -> None:
    for name in ("vera", "sven"):  # sven sees some queues only
        sign_in(page, panel, name)
        expect(page.get_by_role("link", name="Business")).to_have_count(0)
        answer = page.goto(f"{panel.url}/business/shop.yaml")
        assert answer is not None
        assert answer.status == 403
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("VOICEBOT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 800})
        page.screenshot(path=f"{folder}/{name}-phone.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
