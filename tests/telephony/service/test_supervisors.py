"""A supervisor barges in on a real call by phone: ordered in the panel, done by its agent."""

import asyncio
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.polling import until
from tests.telephony import leftovers
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.conftest import HZ
from tests.telephony.service.running import Service
from tests.telephony.service.test_floor_actions import PASSWORD
from voicebot.calls.asterisk_names import supervisor_of
from voicebot.calls.model import ChannelId
from voicebot.panel.access import Role
from voicebot.panel.passwords import hashed
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.engine import Database

NAME, PHONE = "boss", "joan"
# As long as the guardian lets nobody's channel be.
STAYS_S = 3.0


def test_a_supervisor_takes_the_voice_agents_place_until_the_caller_has_gone(
    service: Service, tmp_path: Path
) -> None:
    asyncio.run(_add_supervisor(service.stack.settings.resolved_database_url))
    url = f"http://127.0.0.1:{service.stack.settings.panel_port}"
    with (
        service.operators[PHONE].waits("uas-operator-answers-expect-bye", tmp_path) as phone,
        httpx.Client(base_url=url, headers={"Origin": url}, timeout=20) as panel,
        service.calling(SHOP) as caller,
    ):
        caller.is_answered("greeting")
        form = {"csrf": _token(panel, "/sign-in"), "name": NAME, "password": PASSWORD}
        assert panel.post("/sign-in", data=form).status_code == 303
        asked = {"csrf": _token(panel, "/account")}
        at = f"/floor/calls/{caller.call_id}/supervise"
        refused = panel.post(at, data={**asked, "presence": "whisper"})
        assert (refused.status_code, refused.json()["result"]) == (409, "nobody-to-whisper-to")
        assert panel.post(at, data={**asked, "presence": "barge"}).status_code == 200

        def hears_the_supervisor() -> bool:
            return caller.headset.hears(HZ[PHONE], time.monotonic() - 1.0)

        until(hears_the_supervisor, "the caller hears the supervisor", 20)
        since_s = time.monotonic()
        until(lambda: time.monotonic() > since_s + STAYS_S, "some time", STAYS_S + 1)
        assert hears_the_supervisor()
        assert supervisor_of(ChannelId(caller.call_id)) in service.left()
        caller.hangs_up()
        assert phone.is_as_expected(), phone.log
    until(lambda: not service.left_of(caller), "nothing is left in Asterisk", 10)
    until(lambda: not leftovers.in_redis(service.stack), "nothing is left in Redis", 20)


def _token(panel: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', panel.get(path).text)
    assert found is not None
    return found[1]


async def _add_supervisor(database_url: str) -> None:
    database = Database.open(database_url)
    account = KeptAccount(NAME, Role.SUPERVISOR.value, None, hashed(PASSWORD))
    accounts = SqlAccounts(database)
    assert await accounts.add(account, datetime.now(UTC))
    assert await accounts.set_extension(NAME, PHONE)
    await database.close()
