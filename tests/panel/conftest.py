"""One panel and one Chromium for all tests of this folder."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.panel.panel_server import DID, Panel, panel_server
from voicebot.panel.access import Role

CHROMIUM = "/usr/bin/chromium"
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """Under a path, as behind a reverse proxy."""
    with panel_server(tmp_path_factory.mktemp("panel"), prefix="/calls") as running:
        running.client.set("slots:capacity", 20)
        running.add_account("anna", Role.ADMINISTRATOR)
        running.give_phone("anna", "joan")
        running.add_account("vera", Role.VIEWER)
        running.add_account("sven", Role.SUPERVISOR, frozenset({"+49301234"}))
        running.add_account("gina", Role.VIEWER)
        running.add_account("paul", Role.VIEWER, frozenset({DID}))
        yield running


@pytest.fixture(autouse=True)
def _nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of one test on the floor that the next one looks at, also when it fails."""
    yield
    if "panel" in request.fixturenames:
        request.getfixturevalue("panel").clear()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Of this folder only: while Playwright is there, its loop runs, and no other can."""
    if not shutil.which(CHROMIUM):
        assert "CI" not in os.environ, "Chromium is missing"
        pytest.skip("Chromium is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Of a visitor who is new; nothing on it may go wrong unseen."""
    context = chromium.new_context(locale="en-GB")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security" in said.text else None,
    )
    yield opened
    context.close()
    assert not faults
