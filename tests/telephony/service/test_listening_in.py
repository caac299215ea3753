"""A supervisor listens in to a real call, in a real browser, and hears the caller and the agent."""

import asyncio
import base64
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from tests.panel.conftest import CHROMIUM, QUIETLY
from tests.polling import until
from tests.stack_fixture import need
from tests.telephony import leftovers
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import Caller, hears_all, understood
from tests.telephony.service.running import Service
from tests.telephony.service.test_floor_actions import APPEARS_WITHIN_MS, PASSWORD
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.calls.asterisk_names import listening_of
from voicebot.calls.model import ChannelId
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.engine import Database

WAITS_S = 60.0
ASKED = "How much does a tune-up cost?"
# The page's own requests are answered as ever; what this one brings is kept as well.
KEEP_WHAT_IS_HEARD = """() => {
  const asks = window.fetch;
  window.kept = [];
  window.fetch = async (path, asked) => {
    const answer = await asks(path, asked);
    if (!String(path).endsWith("/listen")) return answer;
    const keeps = new TransformStream({
      transform(bytes, out) { window.kept.push(...bytes); out.enqueue(bytes); },
    });
    return new Response(answer.body.pipeThrough(keeps), { status: answer.status });
  };
}"""


class Booth:
    """Where the supervisor sits, and what the test waits for of it."""

    def __init__(self) -> None:
        self.hears = threading.Event()
        self.audio = b""


def test_a_supervisor_hears_both_sides_until_the_caller_has_gone(service: Service) -> None:
    need("Chromium", is_there=shutil.which(CHROMIUM) is not None)
    asyncio.run(_add_listener(service.stack.settings.resolved_database_url))
    booth = Booth()
    with (
        service.calling(SHOP) as caller,
        # Playwright's loop would be in the way of all others in this thread.
        ThreadPoolExecutor(1) as browser,
    ):
        caller.is_answered("greeting")
        listening = browser.submit(_listen, service, caller, booth)
        until(lambda: booth.hears.is_set() or listening.done(), "audio in the browser", WAITS_S)
        assert booth.hears.is_set(), listening.result()
        snoop_id = listening_of(ChannelId(caller.call_id))
        assert snoop_id in service.left()
        caller.says(ASKED)
        caller.is_answered("price")
        caller.hangs_up()
        listening.result()
    heard = np.asarray(decode(booth.audio, Encoding.ULAW), np.int16)
    answer = caller.samples("price")
    words = understood(service.directory / "listened", {"all": heard, "answer": answer})
    assert hears_all(words["all"], ASKED), words
    assert words["answer"]
    assert hears_all(words["all"], words["answer"]), words
    until(lambda: not service.left_of(caller), "nothing is left in Asterisk", 10)
    until(lambda: not leftovers.in_redis(service.stack), "nothing is left in Redis", 20)


def _listen(service: Service, caller: Caller, booth: Booth) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        page = chromium.new_context(locale="en-GB").new_page()
        page.goto(f"http://127.0.0.1:{service.stack.settings.panel_port}/")
        page.get_by_label("Account", exact=True).fill("ears")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.evaluate(KEEP_WHAT_IS_HEARD)
        row = page.locator("#calls tr", has_text=caller.number)
        row.get_by_role("button").click(timeout=APPEARS_WITHIN_MS)
        page.get_by_role("dialog").get_by_role("button", name="Listen in").click()
        said = page.locator("#listening-said")
        expect(said).to_contain_text("You hear both sides", timeout=APPEARS_WITHIN_MS)
        booth.hears.set()
        # The caller speaks, is answered, and hangs up.
        expect(said).to_have_text("Nothing is heard any more.", timeout=WAITS_S * 1_000)
        booth.audio = _kept(page)
        chromium.close()


def _kept(page: Page) -> bytes:
    script = "() => btoa(window.kept.map((byte) => String.fromCharCode(byte)).join(''))"
    return base64.b64decode(page.evaluate(script))


async def _add_listener(database_url: str) -> None:
    database = Database.open(database_url)
    account = KeptAccount("ears", Role.SUPERVISOR.value, None, hashed(PASSWORD))
    assert await SqlAccounts(database).add(account, datetime.now(UTC))
    await database.close()
