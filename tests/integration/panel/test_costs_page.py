"""What the page of costs says of budgets and of kinds of conversations, over HTTP."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import httpx
import pytest

from tests.fakes.sample_calls import a_record
from tests.panel.costly_days import keep_costly_days
from tests.panel.panel_server import PASSWORD, Panel, panel_server, run
from voicebot.calls.model import Outcome
from voicebot.costs.budgets import AlertKey, BudgetAlert, Per
from voicebot.panel.access import Role
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.engine import Database

PRICES = """currency: EUR
lists: [{valid_from: 2026-01-01, trunk_minute_inbound: 1}]
budgets:
  - {name: all-calls, valid_from: 2026-01-01, per: day, amount: 10}
  - {name: desk, valid_from: 2026-01-01, per: month, amount: 99.5, queue: desk@1000}
"""


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    with panel_server(tmp_path_factory.mktemp("panel")) as running:
        running.add_account("anna", Role.ADMINISTRATOR)
        (running.folder / "prices.yaml").write_text(PRICES)
        at = datetime.now(UTC)
        began_at = max(at - timedelta(minutes=10), at.replace(hour=0, minute=0, second=0))
        running.keep_call(
            a_record(
                "node1-1.1",
                started_at=began_at,
                ended_at=began_at + timedelta(minutes=9),
                outcome=Outcome.MESSAGE_TAKEN,
            )
        )
        yield running


def shown(panel: Panel, query: str = "") -> str:
    """The page's text."""
    headers = {"Origin": panel.url}
    with httpx.Client(base_url=panel.url, headers=headers, timeout=20) as client:
        asked = client.get("/sign-in")
        found = re.search(r'name="csrf" value="([^"]+)"', asked.text)
        assert found is not None
        form = {"csrf": found[1], "name": "anna", "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == httpx.codes.SEE_OTHER
        answer = client.get(f"/costs{query}")
    assert answer.status_code == httpx.codes.OK
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_budgets_are_shown_with_what_is_spent_and_which_thresholds_were_reached(
    panel: Panel,
) -> None:
    text = shown(panel)
    today = datetime.now(UTC).date().isoformat()
    assert re.search(rf"all-calls all calls, day {today} 8\.\d+ of 10\.0000 EUR \(8\d %\)", text)
    assert "Tells at 80 % (reached) , 100 %" in text
    assert re.search(r"desk desk@1000, month [\d-]+ 0\.0000 of 99\.5000 EUR \(0 %\)", text)
    assert "Thresholds that were reached" not in text


def test_who_was_told_is_shown(panel: Panel) -> None:
    today = datetime.now(UTC).date()
    key = AlertKey("all-calls", today, 80)
    end, ten, nine = today + timedelta(days=1), Decimal(10), Decimal("8.9")

    async def reaching() -> None:
        database = Database.open(panel.database_url)
        alert = BudgetAlert(key, Per.DAY, end, None, ten, nine, "EUR")
        await SqlBudgetAlerts(database).reached([alert], datetime.now(UTC))
        await database.close()

    run(reaching())
    assert f"all-calls {today} 80 % 8.9000 EUR on its way on its way" in shown(panel)


def test_costs_are_told_apart_by_kind_of_conversation(panel: Panel) -> None:
    text = shown(panel, "?by=type")
    assert re.search(r"Trunk, inbound 8\.\d+ min", text)
    assert re.search(r"Message taken 1 0 8\.\d+", text)
    assert "nobody has anything left to do" in text


def test_what_was_saved_is_unknown_until_enough_was_measured(panel: Panel) -> None:
    text = shown(panel)
    assert re.search(r"Facts of the business 1 unknown unknown", text)
    assert "Kept answers 0 unknown 0.0000" in text
    keep_costly_days(panel, days=3)
    text = shown(panel)
    assert re.search(r"Facts of the business \d+ 0\.\d+ 0\.\d+ \(0\.\d+ to 0\.\d+\)", text)
    assert re.search(r"Speech spoken again \(characters\) [\d,]+ 0\.0\d+ per 1,000 0\.\d+", text)
    (panel.folder / "prices.yaml").write_text(PRICES)
