"""Pictures of every page, for docs/: `make screenshots`.

Of a panel with invented calls, in real Chromium; small, so that they may be kept with the code.
"""

import io
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fakes.sample_calls import a_record, a_turn
from tests.panel.busy_weeks import keep_busy_weeks
from tests.panel.conftest import CHROMIUM, QUIETLY
from tests.panel.costly_days import keep_costly_days
from tests.panel.panel_server import DID, Panel, panel_server
from tests.panel.past_call import keep_past_call
from tests.panel.signing_in import sign_in
from voicebot.calls.model import CallId, Outcome, Route, StageTimings, Tier
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import Phase
from voicebot.panel.access import Role

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pages"
# A page, and what is there once all of it is.
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "floor": ("/", "#calls tr"),
    "calls": ("/calls", ".found li"),
    "callbacks": ("/callbacks", "main tbody tr"),
    "capacity": ("/capacity?range=day", ".field svg"),
    "call": ("/calls/past-1", ".turns li"),
    "running-call": ("/calls/now-1", "#turns li"),
    "costs": ("/costs", ".days"),
    "business": ("/business", "textarea"),
    "account": ("/account", "main form"),
    "accounts": ("/accounts", "main table"),
    "tokens": ("/tokens", "main form"),
    "erasure": ("/erasure", "main form"),
    "audit": ("/audit", "main table tr"),
}
LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "-phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "locale": "de-AT",
    },
}
ONLY_LIGHT: Final = ("account", "accounts", "audit", "erasure", "tokens")
FULL: Final = ("call-phone", "capacity", "callbacks")
_QUALITY: Final = 70


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        panel_server(Path(folder)) as panel,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        _fill(panel)
        for suffix, look in LOOKS.items():
            _pictures(browser, panel, suffix, look)
        browser.close()


def _pictures(browser: Browser, panel: Panel, suffix: str, look: Mapping[str, Any]) -> None:
    context = browser.new_context(
        **{"locale": "en-GB", **look}, timezone_id="Europe/Vienna", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{panel.url}/sign-in")
    _keep(page, f"sign-in{suffix}")
    _come_in(page, panel)
    for name, (path, sign) in PAGES.items():
        if suffix and name in ONLY_LIGHT:
            continue
        page.goto(f"{panel.url}{path}")
        expect(page.locator(sign).first).to_be_visible()
        _keep(page, f"{name}{suffix}")
    context.close()


def _come_in(page: Page, panel: Panel) -> None:
    """In English first: signing in is told by its words."""
    page.get_by_role("button", name="EN: English").click()
    sign_in(page, panel, "anna")
    if page.evaluate("navigator.language").startswith("de"):
        page.get_by_role("button", name="DE: Deutsch").click()
        expect(page.locator("html")).to_have_attribute("lang", "de")


def _keep(page: Page, name: str) -> None:
    shown = Image.open(io.BytesIO(page.screenshot(full_page=name.startswith(FULL))))
    shown.save(FOLDER / f"{name}.webp", quality=_QUALITY, method=6)


def _fill(panel: Panel) -> None:
    panel.client.set("slots:capacity", 20)
    panel.add_account("anna", Role.ADMINISTRATOR)
    panel.give_phone("anna", "joan")
    panel.add_account("sven", Role.SUPERVISOR, frozenset({DID}))
    keep_past_call(panel)
    keep_busy_weeks(panel)
    keep_costly_days(panel)
    outcomes = [one for one in Outcome for _ in range(3)]
    for number, outcome in enumerate(outcomes):
        record = a_record(
            f"before-{number}",
            caller_number=f"+43660{1_234_567 + number * 7_654_321 % 8_000_000}",
            started_at=datetime.now(UTC) - timedelta(minutes=17 * number + 3),
            outcome=outcome,
        )
        timings = StageTimings(200, 130, 5, 160, 90, 380 + number * 271 % 1_300)
        facts = replace(record.facts, call_id=CallId(f"before-{number}"), called_number=DID)
        panel.keep_call(replace(record, facts=facts, turns=(replace(a_turn(), timings=timings),)))
    greeting = replace(
        a_turn(0), heard="", said="Welcome to Lakeside Bikes. How can I help?",
        said_heard="Welcome to Lakeside Bikes. How can I help?", was_interrupted=False,
    )  # fmt: skip
    answer = replace(
        a_turn(1), heard="When do you open on Saturday?", route=Route(Tier.LARGE, "no fact"),
        timings=StageTimings(total_ms=640),
    )  # fmt: skip
    phases = (Phase.SPEAKING, Phase.HEARING, Phase.UNDERSTANDING, Phase.LISTENING)
    for number in range(1, 9):
        call_id, caller = f"now-{number}", f"+43664{2_345_678 + number * 1_111_111}"
        panel.show_call(
            call_id, caller, phase=phases[number % 4], records=[greeting, answer][: number % 3 + 1]
        )
        panel.tell(
            call_id,
            "turn.over",
            route={"tier": ("llm.small", "llm.large", "fact")[number % 3]},
            timings={"total_ms": 400 + number * 173},
        )
    for number in range(1, 4):
        call_id = f"waiting-{number}"
        panel.show_call(call_id, f"+43676{3_456_789 + number}", state=CallState.WAITING)
        panel.have_wait(call_id, f"service@{DID}", time.time() - 200 + number * 40)
    _book(panel)
    # A line is looked for every ten seconds until it is known.
    time.sleep(11)


def _book(panel: Panel) -> None:
    """Callbacks as a program books them, at their turn and in windows."""
    token = panel.add_token("crm", "anna", "callbacks:write")
    days = [datetime.now(UTC).date() + timedelta(days=number) for number in range(1, 5)]
    windows = [None, None, *(f"{day} 09:00-12:00 Europe/Vienna" for day in days)]
    with httpx.Client(headers={"authorization": f"Bearer {token}"}) as program:
        for number, window in enumerate(windows):
            wanted = {"number": f"+43150012{number}0", "window": window}
            program.post(f"{panel.url}/api/v1/callbacks", json=wanted).raise_for_status()


if __name__ == "__main__":
    main()
