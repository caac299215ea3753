"""A caller is forgotten from the page, by administrators only, and by the number written twice."""

from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.fakes.sample_calls import a_record
from tests.panel.panel_server import DID, Panel
from tests.panel.signing_in import sign_in
from voicebot.calls.model import CallId

NUMBER = "+436609998877"


def test_a_caller_is_forgotten_and_the_audit_log_does_not_say_who(page: Page, panel: Panel) -> None:
    record = a_record("forgotten", caller_number=NUMBER)
    facts = replace(record.facts, call_id=CallId("forgotten"), called_number=DID)
    panel.keep_call(replace(record, facts=facts))
    log = panel.folder / "log" / "agent-1.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f'{{"event": "call.started", "private_caller": "{NUMBER}"}}\n')
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/audit")
    page.get_by_role("link", name="Forget a caller").click()
    page.get_by_label("Number", exact=True).fill(NUMBER)
    page.get_by_label("The same number again").fill("+436609998876")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_contain_text("differ")
    assert NUMBER in log.read_text()
    page.get_by_label("The same number again").fill("0043 660 999 88 77")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("Erased: 1 calls")
    assert NUMBER not in log.read_text()
    page.goto(f"{panel.url}/calls/forgotten")
    expect(page.locator("main")).not_to_contain_text(NUMBER)
    page.goto(f"{panel.url}/audit")
    row = page.get_by_role("row").filter(has_text="erase-caller").first
    expect(row).to_contain_text("1 calls")
    expect(page.locator("main")).not_to_contain_text(NUMBER)


def test_what_is_no_number_is_refused(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/erasure")
    for label in ("Number", "The same number again"):
        page.get_by_label(label, exact=True).fill("12")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_contain_text("no number")


def test_only_administrators_may(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "sven")
    answer = page.goto(f"{panel.url}/erasure")
    assert answer is not None
    assert answer.status == 403
