"""What the panel does, a program can do: the floor, queues, calls, business files, costs, audit."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import cycle

import httpx
import pytest

from tests.fakes.sample_calls import a_record
from tests.panel.panel_server import DID, Panel
from tests.panel.test_api import ALL, asks
from tests.polling import until
from voicebot.calls.model import CallId
from voicebot.calls.transitions import CallState

CALLER = "+436601234577"
QUEUE = f"service@{DID}"


@pytest.fixture
def program(panel: Panel, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """One of its own for each test: a token may ask 300 times a minute."""
    with asks(panel, panel.add_token(request.node.name, "anna", *ALL)) as client:
        yield client


def live(program: httpx.Client) -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in program.get("/floor").json()["calls"]}


def test_the_floor_is_told_and_a_queue_is_paused(panel: Panel, program: httpx.Client) -> None:
    panel.show_call("api-1", CALLER, state=CallState.WAITING)
    panel.have_wait("api-1", QUEUE, time.time() - 65)
    panel.tell("api-1", "wait.told", low_s=60, high_s=200)
    with ExitStack() as opened:
        # A line is looked for every ten seconds until it is known; a token asks 300 times a minute.
        tokens = [panel.add_token(f"looks-{number}", "anna", *ALL) for number in range(9)]
        looking = cycle([opened.enter_context(asks(panel, token)) for token in tokens])
        until(
            lambda: live(next(looking)).get("api-1", {}).get("position") == 1,
            lambda: program.get("/floor").text,
            15,
        )
    shown = live(program)["api-1"]
    assert (shown["caller_number"], shown["queue"], shown["told_s"]) == (CALLER, QUEUE, [60, 200])
    with asks(panel, panel.add_token("masked", "vera", *ALL)) as viewer:
        assert live(viewer)["api-1"]["caller_number"] == "••••••77"
        assert viewer.post("/floor/calls/api-1/hang-up").status_code == 403
    with asks(panel, panel.add_token("elsewhere-2", "sven", *ALL)) as elsewhere:
        assert live(elsewhere) == {}
        assert elsewhere.get("/queues").json() == {"queues": []}
        assert elsewhere.post("/floor/calls/api-1/hang-up").json()["code"] == "not-here"
        assert elsewhere.post(f"/queues/{QUEUE}/pause").json()["code"] == "queue-unknown"
    [queue] = program.get("/queues").json()["queues"]
    assert (queue["id"], queue["waiting"], queue["is_paused"]) == (QUEUE, 1, False)
    assert program.post(f"/queues/{QUEUE}/pause").json() == {"result": "done"}
    until(lambda: program.get("/queues").json()["queues"][0]["is_paused"], "it is paused", 5)
    assert program.post(f"/queues/{QUEUE}/resume").status_code == 200
    assert program.post("/floor/calls/api-1/serve-next").json() == {"result": "done"}
    # No agent is there to carry it out.
    refused = program.post("/floor/calls/api-1/hang-up")
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody")


def test_a_step_is_forced_and_a_wrong_one_is_refused(program: httpx.Client) -> None:
    assert program.post("/service/step", json={"step": "cached-only"}).status_code == 200
    until(lambda: program.get("/floor").json()["forced_step"] == "cached-only", "it is forced", 5)
    assert program.post("/service/step", json={"step": "auto"}).status_code == 200
    assert program.post("/service/step", json={"step": "best"}).json()["code"] == "step-unknown"


def test_calls_are_searched_page_by_page(panel: Panel, program: httpx.Client) -> None:
    for number in range(3):
        record = a_record(f"api-old-{number}", caller_number=CALLER)
        facts = replace(record.facts, call_id=CallId(f"api-old-{number}"), called_number=DID)
        panel.keep_call(replace(record, facts=facts))
    seen: list[str] = []
    after = ""
    while True:
        query: dict[str, str | int] = {"number": CALLER, "limit": 2, "after": after}
        found = program.get("/calls", params=query).json()
        seen += [one["id"] for one in found["calls"]]
        if found["next"] is None:
            break
        after = found["next"]
    assert sorted(seen) == ["api-old-0", "api-old-1", "api-old-2"]
    # Left out, it would find more than was asked for.
    for wrong in ({"from": "soon"}, {"outcome": "well"}, {"after": "there"}, {"words": "ja"}):
        assert program.get("/calls", params=wrong).status_code == 422
    with asks(panel, panel.add_token("no-numbers", "vera", *ALL)) as viewer:
        assert viewer.get("/calls", params={"number": CALLER}).status_code == 422
        assert CALLER not in viewer.get("/calls").text
    assert program.get("/costs", params={"by": "did"}).json()["whole"]["calls"] >= 0


def test_a_business_file_is_changed_and_gone_back_to(
    program: httpx.Client, request: pytest.FixtureRequest
) -> None:
    [file] = program.get("/businesses").json()["files"]
    path = f"/businesses/{file}"
    before = program.get(path).json()
    changed = before["text"].replace("You help.", "You help a lot.")
    wanted = {"made_from": before["version"], "text": changed, "note": "more help"}
    saved = program.put(path, json=wanted).json()
    assert saved["version"] == before["version"] + 1
    assert program.get(path).json()["text"] == changed
    assert program.put(path, json=wanted).json()["code"] == "conflict"
    wrong = {"made_from": saved["version"], "text": "name: [", "note": ""}
    assert program.put(path, json=wrong).status_code == 422
    old = program.get(f"{path}/versions/{before['version']}").json()["text"]
    again = {"made_from": saved["version"], "text": old, "note": "back"}
    assert program.put(path, json=again).status_code == 200
    notes = [one["note"] for one in program.get(f"{path}/versions").json()["versions"]]
    assert notes[:2] == ["back", "more help"]
    log = program.get("/audit", params={"limit": 50}).json()["lines"]
    assert {one["account"] for one in log if one["action"] == "save-business"} >= {
        f"anna ({request.node.name})"
    }


def test_a_token_may_only_what_its_scopes_say(panel: Panel) -> None:
    with asks(panel, panel.add_token("one-thing", "anna", "costs:read")) as one:
        assert one.get("/costs").status_code == 200
        for path in ("/floor", "/queues", "/calls", "/businesses", "/audit", "/callbacks"):
            assert one.get(path).status_code == 403, path
        assert one.post("/service/step", json={"step": "auto"}).status_code == 403
        assert one.post("/callers/erase", json={"number": CALLER}).status_code == 403


def test_who_guesses_tokens_is_stopped_and_noted(panel: Panel, program: httpx.Client) -> None:
    guesses = [
        httpx.get(f"{panel.url}/api/v1/floor", headers={"authorization": f"Bearer vb_{number}"})
        for number in range(32)
    ]
    assert {one.status_code for one in guesses[:20]} == {401}
    assert guesses[-1].status_code == 429
    # Who has a good one, and people who sign in, are not concerned.
    log = program.get("/audit", params={"limit": 5}).json()["lines"]
    assert log[0]["action"] == "wrong-token"
    assert log[0]["account"] == ""


def test_the_floor_is_streamed_until_the_token_is_revoked(panel: Panel) -> None:
    token = panel.add_token("streams", "vera", "floor:read")
    with (
        asks(panel, token) as program,
        program.stream("GET", "/floor/stream", timeout=20) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "event: start"
        panel.show_call("api-2", CALLER)
        told = next(line for line in lines if "api-2" in line)
        [row] = [
            one for one in json.loads(told.removeprefix("data: "))["rows"] if one["id"] == "api-2"
        ]
        assert row["caller"] == "••••••77"
        panel.revoke("streams")
        assert "event: over" in list(lines)
    with asks(panel, panel.add_token("no-stream", "vera", "calls:read")) as other:
        assert other.get("/floor/stream").status_code == 403
