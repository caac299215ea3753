"""A supervisor steers a real call from the floor, in a real browser."""

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from playwright.sync_api import expect, sync_playwright

from tests.panel.conftest import CHROMIUM, QUIETLY
from tests.polling import until
from tests.stack_fixture import need
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import Caller
from tests.telephony.service.running import Service
from voicebot.calls.model import TransferResult
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.audit import SqlAuditLog
from voicebot.store.engine import Database

PASSWORD = "correct horse battery"
APPEARS_WITHIN_MS = 15_000


def test_a_call_on_the_floor_is_transferred_and_hung_up(service: Service) -> None:
    need("Chromium", is_there=shutil.which(CHROMIUM) is not None)
    asyncio.run(_add_supervisor(service.stack.settings.resolved_database_url))
    joan = service.operators["joan"]
    with (
        joan.waits("uas-operator-rings-expect-cancel", service.directory) as phone,
        service.calling(SHOP) as caller,
        # Playwright's loop would be in the way of all others in this thread.
        ThreadPoolExecutor(1) as browser,
    ):
        caller.is_answered("greeting")
        steering = browser.submit(_steer, service, caller, lambda: phone.is_ringing)
        caller.is_hung_up_on()
        steering.result()
    record = service.record_of(caller)
    [transfer] = record.transfers
    assert (transfer.target, transfer.result) == ("sales", TransferResult.ABANDONED)
    until(lambda: not service.left_of(caller), "nothing is left in Asterisk", 10)
    noted = asyncio.run(_noted(service.stack.settings.resolved_database_url))
    assert {f"{caller.call_id} sales", caller.call_id} <= noted


def _steer(service: Service, caller: Caller, rings: Callable[[], bool]) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        page = chromium.new_context(locale="en-GB").new_page()
        page.goto(f"http://127.0.0.1:{service.stack.settings.panel_port}/")
        page.get_by_label("Account", exact=True).fill("floor")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        row = page.locator("#calls tr", has_text=caller.number)
        row.get_by_role("button").click(timeout=APPEARS_WITHIN_MS)
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Transfer to").select_option("sales")
        dialog.get_by_role("button", name="Transfer").click()
        expect(dialog.get_by_role("status")).to_have_text("Done.")
        until(rings, "the operator's phone rings", 30)
        expect(row).to_contain_text("transferr")
        dialog.get_by_role("button", name="Hang up").click()
        expect(dialog.get_by_role("status")).to_have_text("Done.")
        expect(row).to_have_count(0, timeout=APPEARS_WITHIN_MS)
        chromium.close()


async def _add_supervisor(database_url: str) -> None:
    database = Database.open(database_url)
    account = KeptAccount("floor", Role.SUPERVISOR.value, None, hashed(PASSWORD))
    assert await SqlAccounts(database).add(account, datetime.now(UTC))
    await database.close()


async def _noted(database_url: str) -> set[str]:
    database = Database.open(database_url)
    found = await SqlAuditLog(database).latest(50)
    await database.close()
    return {one.subject for _, one in found if one.result == "ordered"}
