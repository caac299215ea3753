"""Calls that are over: found, read, heard and taken along, by those who may."""

import csv
import io
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.panel.panel_server import Panel
from tests.panel.past_call import CALLER, keep_past_call
from tests.panel.signing_in import sign_in as sign_in_page
from tests.panel.test_from_outside import HTML, sign_in


@pytest.fixture
def visitor(panel: Panel) -> Iterator[httpx.Client]:
    keep_past_call(panel)
    with httpx.Client(base_url=panel.url, follow_redirects=False, headers=HTML) as client:
        yield client


def test_whoever_has_not_signed_in_finds_no_calls(visitor: httpx.Client) -> None:
    for path in ("/calls", "/calls/past-1", "/calls/export.csv", "/calls/past-1/recording/caller"):
        assert visitor.get(path).headers["location"] == "/calls/sign-in"


def test_a_viewer_sees_neither_numbers_nor_words_and_hears_nothing(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "gina")
    for path in ("/calls", "/calls/past-1", "/calls/export.csv", "/calls/export.json"):
        shown = visitor.get(path)
        assert shown.status_code == 200
        assert CALLER[:-2] not in shown.text
        assert "Grüß" not in shown.text
        assert "Guten" not in shown.text
    assert visitor.get("/calls/past-1/recording/caller").status_code == 403
    assert "past-1" in visitor.get("/calls", params={"number": "999999999"}).text


def test_calls_of_other_numbers_are_as_if_they_were_not(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "sven")
    keep_past_call(panel, "past-of-sven", "+49301234")
    assert "past-1" not in visitor.get("/calls").text
    assert "past-1" not in visitor.get("/calls/export.json").text
    assert visitor.get("/calls/past-1").status_code == 404
    assert visitor.get("/calls/past-1/recording/caller").status_code == 404
    assert visitor.get("/calls/past-of-sven").status_code == 200


def test_a_recording_comes_in_ranges_and_each_hearing_is_noted(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "anna")
    path = "/calls/past-1/recording/agent"
    part = visitor.get(path, headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert part.headers["content-range"].startswith("bytes 0-3/")
    assert "past-1/agent" in visitor.get("/audit").text
    assert visitor.get("/calls/past-1/recording/nobody").status_code == 404


def test_an_export_holds_what_is_asked_for_and_runs_nothing(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "anna")
    question = {"number": CALLER, "outcome": "failed", "words": "Grüß"}
    sheet = visitor.get("/calls/export.csv", params=question)
    rows = {row["call_id"]: row for row in csv.DictReader(io.StringIO(sheet.text))}
    assert rows["past-1"]["caller"] == f"'{CALLER}"
    listed = {row["call_id"]: row for row in visitor.get("/calls/export.json").json()}
    assert listed["past-1"]["caller"] == CALLER
    audit = visitor.get("/audit").text
    assert "export-csv" in audit
    assert CALLER not in audit


def test_nobody_leaves_the_spool_by_a_path_on_record(visitor: httpx.Client, panel: Panel) -> None:
    sign_in(visitor, panel, "anna")
    for path in ("/calls/..%2f..%2fetc", "/calls/x%00", "/calls/past-1/recording/..%2fcaller"):
        assert visitor.get(path).status_code == 404


def test_a_call_tells_of_its_audio_its_wait_and_its_callback(
    visitor: httpx.Client, panel: Panel
) -> None:
    sign_in(visitor, panel, "anna")
    shown = visitor.get("/calls/past-1").text
    for told in ("21.0 ms", "4.2", "all slots were taken", "74 s", "call broke off"):
        assert told in shown


def test_times_are_those_of_the_reader_and_say_so(visitor: httpx.Client, panel: Panel) -> None:
    sign_in(visitor, panel, "anna")
    assert "2026-11-20 12:00 UTC" in visitor.get("/calls").text
    visitor.cookies.set("voicebot_zone", "Europe/Vienna")
    for path in ("/calls", "/calls/past-1"):
        shown = visitor.get(path).text
        assert "13:00" in shown
        assert "CET" in shown
        assert 'aria-current="page">Live floor' not in shown


def test_a_call_is_found_by_its_words_and_read(page: Page, panel: Panel) -> None:
    keep_past_call(panel)
    sign_in_page(page, panel, "anna")
    page.get_by_role("link", name="Calls", exact=True).click()
    page.get_by_label("Words heard or said").fill("Grüß")
    page.get_by_role("button", name="Search").click()
    page.locator('a.who[href$="/past-1"]').click()
    expect(page.get_by_text("<b>Grüß</b> Gott")).to_be_visible()
    expect(page.get_by_text("working ahead saved 280 ms")).to_be_visible()
    page.get_by_role("button", name="0:00").click()
    expect(page.locator("#lines li.now")).to_have_count(1)
