"""An administrator makes an account, narrows it, and takes it away again."""

import httpx
from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.signing_in import sign_in


def test_an_account_is_made_narrowed_and_removed(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/accounts")
    new = page.locator("section", has=page.get_by_role("heading", name="Add an account"))
    new.get_by_label("Account").fill("newcomer")
    new.get_by_label("Queues").fill("a queue")
    new.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("no spaces")
    expect(new.get_by_label("Account")).to_have_value("newcomer")
    new.get_by_label("Queues").fill("")
    new.get_by_role("button", name="Add").click()
    password = page.get_by_role("status").locator("code").inner_text()
    row = page.locator("tbody tr", has_text="newcomer")
    expect(row).to_contain_text("viewer")
    row.get_by_text("Role and queues").click()
    row.get_by_label("Role").select_option("supervisor")
    row.get_by_label("Queues").fill("sales@100")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("supervisor")
    expect(row).to_contain_text("sales@100")
    # Whoever has the password comes in, and is out at once when the account is gone.
    context = page.context.browser.new_context()  # type: ignore[union-attr]
    other = context.new_page()
    other.goto(f"{panel.url}/")
    other.get_by_label("Account", exact=True).fill("newcomer")
    other.get_by_label("Password", exact=True).fill(password)
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.locator("#live")).to_have_text("Live")
    row.get_by_text("Remove", exact=True).click()
    row.get_by_role("button", name="Remove the account").click()
    expect(row).to_have_count(0)
    other.goto(f"{panel.url}/account")
    expect(other).to_have_url(f"{panel.url}/sign-in")
    context.close()
    # One's own has nothing to press.
    own = page.locator("tbody tr", has_text="anna")
    expect(own).to_contain_text("yours")
    assert own.locator(".orders form").count() == 0


def test_only_administrators_make_accounts_and_not_of_themselves(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/accounts")
    refused = page.evaluate(
        """async () => {
          const form = document.querySelector(".orders form[action$='/remove']");
          form.querySelector("[name=name]").value = "anna";
          const sent = new URLSearchParams(new FormData(form));
          return (await fetch(form.action, { method: "POST", body: sent })).status;
        }"""
    )
    assert refused == 422
    page.reload()
    expect(page.locator("tbody tr", has_text="anna")).to_have_count(1)


def test_a_program_is_given_a_token_that_ends_when_it_is_revoked(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("textbox", name="Program").fill("board")
    page.get_by_label("Acts for").select_option("vera")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what the program may")
    expect(page.get_by_role("textbox", name="Program")).to_have_value("board")
    page.get_by_label("floor:read").check()
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_role("status").locator("code").inner_text()
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{panel.url}/api/v1/floor", headers=headers).status_code == 200
    assert httpx.get(f"{panel.url}/api/v1/calls", headers=headers).status_code == 403
    page.goto(f"{panel.url}/tokens")
    assert token not in page.content()
    row = page.locator("tbody tr", has_text="board")
    row.get_by_text("Revoke", exact=True).click()
    row.get_by_role("button", name="Revoke the token").click()
    expect(row).to_have_count(0)
    assert httpx.get(f"{panel.url}/api/v1/floor", headers=headers).status_code == 401
