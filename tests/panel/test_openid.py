"""Who is signed in elsewhere comes in here, and by nothing less."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.panel.openid import openid_provider, set_claims
from tests.panel.panel_server import Panel, panel_server
from tests.panel.signing_in import sign_in
from voicebot.panel.access import Role


@dataclass
class Open:
    """A panel, and whoever vouches for its people."""

    panel: Panel
    issuer: str


@pytest.fixture(scope="module")
def open_panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("openid")
    with openid_provider(folder) as issuer:
        settings = {
            "OIDC_ISSUER": issuer,
            "OIDC_CLIENT_SECRET": "given out over there",
            "OIDC_NAME": "Staff",
            "OIDC_ROLE_CLAIM": "groups",
            "OIDC_ROLES": '{"call-centre": "supervisor", "wall": "viewer"}',
        }
        with panel_server(folder, prefix="/calls", **settings) as panel:
            yield Open(panel, issuer)


def go_there_as(page: Page, subject: str) -> None:
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_who_has_a_group_gets_an_account_with_its_role(open_panel: Open, page: Page) -> None:
    set_claims(open_panel.issuer, "s-1", preferred_username="Anna B", groups=["call-centre", "x"])
    page.goto(f"{open_panel.panel.url}/")
    page.get_by_role("button", name="Sign in with Staff").click()
    go_there_as(page, "s-1")
    expect(page.locator("#live")).to_have_text("Live")
    page.get_by_role("link", name="Your account").click()
    expect(page.locator("main")).to_contain_text("Anna B")
    expect(page.locator("main")).to_contain_text("supervisor")
    # Whoever has left the group has left the panel, at the next sign-in.
    set_claims(open_panel.issuer, "s-1", preferred_username="Anna B", groups=["x"])
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Staff").click()
    go_there_as(page, "s-1")
    expect(page.get_by_role("alert")).to_contain_text("None of your groups")


def test_an_account_is_connected_by_its_owner_and_by_no_name(open_panel: Open, page: Page) -> None:
    open_panel.panel.add_account("berta", Role.VIEWER)
    # Somebody chose that name over there.
    set_claims(open_panel.issuer, "s-2", preferred_username="berta", groups=["call-centre"])
    page.goto(f"{open_panel.panel.url}/")
    page.get_by_role("button", name="Sign in with Staff").click()
    go_there_as(page, "s-2")
    expect(page.get_by_role("alert")).to_contain_text("an account of your name already")
    # Berta herself is another.
    set_claims(open_panel.issuer, "s-3", preferred_username="bb")
    sign_in(page, open_panel.panel, "berta")
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("img", name="The same key")).to_be_visible()
    page.get_by_role("button", name="Connect with Staff").click()
    go_there_as(page, "s-3")
    expect(page.locator("main")).to_contain_text("Your account is connected")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Staff").click()
    go_there_as(page, "s-3")
    expect(page.locator("#live")).to_have_text("Live")
    page.get_by_role("link", name="Your account").click()
    expect(page.locator("main")).to_contain_text("berta")
    page.get_by_role("button", name="No longer sign in with Staff").click()
    expect(page.locator("main")).to_contain_text("Connect your account")


def test_who_is_in_no_group_stays_out(open_panel: Open, page: Page) -> None:
    set_claims(open_panel.issuer, "s-4", preferred_username="carl", groups=["x"])
    page.goto(f"{open_panel.panel.url}/")
    page.get_by_role("button", name="Sign in with Staff").click()
    go_there_as(page, "s-4")
    expect(page.get_by_role("alert")).to_contain_text("You have no account here")
    assert not page.context.cookies(open_panel.panel.url)[0]["name"].startswith("voicebot_session")


def test_a_way_back_that_was_begun_elsewhere_leads_nowhere(open_panel: Open, page: Page) -> None:
    set_claims(open_panel.issuer, "s-5", preferred_username="eve", groups=["call-centre"])
    page.goto(f"{open_panel.panel.url}/")
    page.get_by_role("button", name="Sign in with Staff").click()
    page.wait_for_url("**/oauth2/authorize?**")
    with httpx.Client() as other:
        # Eve signs in, and has her victim's browser end what hers began.
        answer = other.post(page.url, data={"sub": "s-5"})
        victims = httpx.get(f"{answer.headers['location']}&on=1")
    assert victims.status_code == httpx.codes.FORBIDDEN
    assert "not begun here" in victims.text
    assert "voicebot_session" not in victims.headers.get("set-cookie", "")


def test_a_code_that_nobody_gave_out_proves_nothing(open_panel: Open, page: Page) -> None:
    page.goto(f"{open_panel.panel.url}/")
    page.get_by_role("button", name="Sign in with Staff").click()
    page.wait_for_url("**/oauth2/authorize?**")
    state = httpx.URL(page.url).params["state"]
    page.goto(f"{open_panel.panel.url}/sign-in/oidc/back?code=made-up&state={state}")
    expect(page.get_by_role("alert")).to_contain_text("not certain who you are")
