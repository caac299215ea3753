"""Callbacks for a time that the caller says, and those booked in the panel: the phone rings."""

import asyncio
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.panel.conftest import CHROMIUM, QUIETLY
from tests.polling import until
from tests.telephony.outbound.callee import ANSWERS, callee, pause, ulaw
from tests.telephony.queue.conftest import RINGS_BACK
from tests.telephony.queue.test_callbacks import ALL_SAID_S, LIMIT_S, REACTION_S, says
from tests.telephony.service.caller import hears_all, understood
from tests.telephony.service.running import Service
from voicebot.caller.speech import spoken
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.api_tokens import ApiToken, SqlApiTokens
from voicebot.store.engine import Database

ZONE = "America/New_York"  # of the callers' numbers
WANTED = "+12025559090"


@pytest.fixture(scope="module")
def program(full: Service) -> Iterator[httpx.Client]:
    """With a token that acts for an administrator."""
    token, settings = secrets.token_urlsafe(), full.stack.settings

    async def add() -> None:
        database, at = Database.open(settings.resolved_database_url), datetime.now(UTC)
        account = KeptAccount("anna", Role.ADMINISTRATOR.value, None, hashed(token))
        scopes = frozenset({"callbacks:read", "callbacks:write"})
        await SqlAccounts(database).add(account, at)
        await SqlApiTokens(database).add(
            token, ApiToken("crm", "anna", scopes, at, at + timedelta(hours=1))
        )
        await database.close()

    asyncio.run(add())
    url = f"http://127.0.0.1:{settings.panel_port}/api/v1"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def test_a_caller_says_when_to_be_called_back(full: Service, program: httpx.Client) -> None:
    with full.calling(RINGS_BACK) as caller:
        caller.is_answered("greeting")
        caller.says("Please call me back.")
        caller.is_answered("number")
        caller.says("Tomorrow from three to five.")
        caller.is_answered("read back")
        caller.says("Yes.")
        caller.is_answered("promise")
        tomorrow = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=1)
        caller.hangs_up()
        words = caller.words()
    assert hears_all(words["read back"], "tomorrow between 3 p.m. and 5 p.m."), words
    booked = [
        one
        for one in program.get("/callbacks").json()["callbacks"]
        if one["number"].endswith(caller.number)
    ]
    assert [one["window"] for one in booked] == [f"{tomorrow} 15:00-17:00 {ZONE}"], words
    assert program.delete(f"/callbacks/{booked[0]['id']}").status_code == 204


def book_in_the_page(url: str, password: str, number: str, business: str) -> None:
    """As a supervisor does, in a browser."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        page = chromium.new_context(locale="en-GB").new_page()
        page.goto(f"{url}/sign-in")
        page.get_by_label("Account", exact=True).fill("anna")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Callbacks").click()
        page.get_by_label("Number", exact=True).fill(number)
        page.locator("#business").select_option(business)
        page.get_by_role("button", name="Book", exact=True).click()
        expect(page.get_by_role("row").filter(has_text=number)).to_be_visible()
        chromium.close()


def test_the_phone_rings_when_a_callback_is_booked_in_the_page(
    full: Service, program: httpx.Client, carrier_port: int, tmp_path: Path
) -> None:
    business = full.business("rings-back")
    with callee(carrier_port, full.stack.settings.sip_port, ANSWERS, tmp_path) as person:
        person.say(pause(REACTION_S) + ulaw(spoken("Hello?", full.stack.settings.cache_dir)))
        password = program.headers["Authorization"].removeprefix("Bearer ")
        book_in_the_page(
            str(program.base_url.join("/")).rstrip("/"), password, WANTED, business.name
        )
        until(lambda: person.answered_at_s is not None, "the phone rings", LIMIT_S)
        until(lambda: person.is_quiet_for(ALL_SAID_S), lambda: person.log, LIMIT_S)
        person.press("1")
        says(full, person, "Thank you, that's all. Goodbye.")
        assert person.is_as_expected()
        assert person.log.count("INVITE sip:") == 1
        heard = understood(tmp_path, {"all": person.samples_since(0.0)})
    assert business.callbacks is not None
    assert hears_all(heard["all"], business.callbacks.requested), heard

    def became() -> list[str]:
        found = program.get("/callbacks").json()["callbacks"]
        return [one["why"] for one in found if one["number"] == WANTED]

    until(lambda: became() == ["served"], lambda: str(became()), LIMIT_S)
