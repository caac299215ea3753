"""What is refused, asked by a program that obeys no browser's rules."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.panel.panel_server import PASSWORD, Panel

HTML = {"accept": "text/html"}


@pytest.fixture
def visitor(panel: Panel) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=panel.url, follow_redirects=False, headers=HTML) as client:
        yield client


def origin(panel: Panel) -> str:
    return panel.url.removesuffix("/calls")


def token(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


def sign_in(
    visitor: httpx.Client, panel: Panel, name: str, password: str = PASSWORD
) -> httpx.Response:
    form = {"name": name, "password": password, "csrf": token(visitor.get("/sign-in"))}
    return visitor.post("/sign-in", data=form, headers={"origin": origin(panel)})


def test_nothing_is_shown_to_whoever_has_not_signed_in(visitor: httpx.Client) -> None:
    for path in ("/", "/account", "/accounts", "/audit"):
        assert visitor.get(path).headers["location"] == "/calls/sign-in"
    assert visitor.get("/floor/stream", headers={"accept": "text/event-stream"}).status_code == 401


def test_a_forged_form_is_refused_and_noted(visitor: httpx.Client, panel: Panel) -> None:
    assert sign_in(visitor, panel, "anna").status_code == 303
    page = visitor.get("/account")
    own, good = {"origin": origin(panel)}, {"csrf": token(page)}
    for form, headers in (
        ({}, own),
        ({"csrf": "0" * 64}, own),
        (good, {"origin": "https://evil.example"}),
        (good, {"origin": "null"}),
        (good, {}),
    ):
        for path in (
            *("/sign-out", "/account/password", "/account/second-factor", "/language"),
            *("/callbacks", "/callbacks/x/cancel", "/callbacks/x/move", "/callbacks/x/call-now"),
        ):
            assert visitor.post(path, data=form, headers=headers).status_code == 403
    assert visitor.get("/account").status_code == 200
    assert "forged" in visitor.get("/audit").text
    assert visitor.post("/sign-out", data=good, headers=own).status_code == 303


def test_a_session_ends_when_its_owner_signs_out(visitor: httpx.Client, panel: Panel) -> None:
    sign_in(visitor, panel, "vera")
    stolen = dict(visitor.cookies)
    form = {"csrf": token(visitor.get("/account"))}
    visitor.post("/sign-out", data=form, headers={"origin": origin(panel)})
    with httpx.Client(base_url=panel.url, cookies=stolen) as thief:
        assert thief.get("/account").status_code == 401
        assert thief.get("/floor/stream").status_code == 401


def test_guessing_is_stopped_even_when_the_guess_is_right_at_last(
    visitor: httpx.Client, panel: Panel
) -> None:
    codes = [sign_in(visitor, panel, "gina", "wrong").status_code for _ in range(9)]
    assert codes == [403] * 8 + [429]
    assert sign_in(visitor, panel, "gina").status_code == 429
    assert sign_in(visitor, panel, "vera").status_code == 303


def test_a_role_is_refused_on_every_page_that_is_not_its_own(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "sven")
    assert [visitor.get(path).status_code for path in ("/accounts", "/audit")] == [403, 403]


def test_a_browser_is_told_to_run_nothing_but_our_own_files(visitor: httpx.Client) -> None:
    for path in ("/sign-in", "/nowhere", "/static/panel.css", "/static/../app.py"):
        headers = visitor.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert visitor.get("/sign-in").headers["cache-control"] == "no-store"


def test_paths_lead_nowhere_else(visitor: httpx.Client) -> None:
    for path in ("/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/%2e%2e/"):
        assert visitor.get(path).status_code in (307, 400, 404)


def test_another_host_than_our_own_is_not_answered(visitor: httpx.Client) -> None:
    assert visitor.get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_an_open_stream_ends_with_its_session(visitor: httpx.Client, panel: Panel) -> None:
    sign_in(visitor, panel, "anna")
    form = {"csrf": token(visitor.get("/account"))}
    with visitor.stream("GET", "/floor/stream", timeout=20) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == "event: start"
        visitor.post("/sign-out", data=form, headers={"origin": origin(panel)})
        assert "event: over" in list(lines)
