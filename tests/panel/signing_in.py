"""Coming in through the browser."""

from playwright.sync_api import Page, expect

from tests.panel.panel_server import PASSWORD, Panel


def sign_in(page: Page, panel: Panel, name: str) -> None:
    page.goto(f"{panel.url}/")
    page.get_by_label("Account", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#live")).to_have_text("Live")
