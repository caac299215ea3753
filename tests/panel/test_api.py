"""The HTTP API, asked by a program: what it does, whom it refuses, and is it as it is described?"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.panel.panel_server import Panel
from voicebot.panel.api import OPERATIONS
from voicebot.panel.api_access import Scope
from voicebot.panel.api_operation import ROOT, Operation

NUMBER, OTHER = "+43 1 5001234", "+4315005678"
ALL = tuple(one.value for one in Scope)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def token(panel: Panel) -> str:
    return panel.add_token("crm", "anna", *ALL)


@pytest.fixture(scope="module")
def program(panel: Panel, token: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{panel.url}/api/v1", headers={"authorization": f"Bearer {token}"}
    ) as client:
        yield client


def asks(panel: Panel, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{panel.url}/api/v1", headers={"authorization": f"Bearer {token}"}
    )


def test_a_callback_is_booked_moved_called_first_and_cancelled(program: httpx.Client) -> None:
    booked = program.post("/callbacks", json={"number": NUMBER})
    assert booked.status_code == 201
    shown = booked.json()
    assert (shown["number"], shown["state"], shown["business"]) == ("+4315001234", "booked", "Shop")
    path, window = f"/callbacks/{shown['id']}", "2036-11-25 09:00-12:00 Europe/Vienna"
    moved = program.post(f"{path}/move", json={"window": window})
    assert moved.json()["window"] == window
    assert program.post(f"{path}/call-now").json()["rank"] == "vip"
    assert program.get(path).json()["window"] is None
    assert shown["id"] in {one["id"] for one in program.get("/callbacks").json()["callbacks"]}
    assert program.delete(path).status_code == 204
    assert program.delete(path).status_code == 404
    assert program.get(path).json()["state"] == "cancelled"


def test_what_is_sent_again_under_its_key_is_one_callback(program: httpx.Client) -> None:
    def books(key: str, number: str = OTHER) -> Any:
        headers = {"Idempotency-Key": key}
        return program.post("/callbacks", json={"number": number}, headers=headers).json()["id"]

    first = books("order-17")
    assert books("order-17") == first
    assert program.delete(f"/callbacks/{first}").status_code == 204
    assert books("order-17") == first, "it is what became of it, and not booked anew"
    assert program.get(f"/callbacks/{first}").json()["state"] == "cancelled"
    for other in (books("order-18"), books("order-17", NUMBER)):
        assert other != first, "another key, or another wish"
        program.delete(f"/callbacks/{other}")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"number": "hello"}, "no-number"),
        ({"number": "+43900123456"}, "premium-rate"),
        ({"number": "+4372088001" + "1"}, "own-number"),
        ({"number": NUMBER, "window": "soon"}, "window-not-understood"),
        ({"number": NUMBER, "window": "2020-01-01 09:00-12:00 Europe/Vienna"}, "window"),
        ({"number": NUMBER, "business": "Nobody"}, "business-unknown"),
        ({"number": NUMBER, "more": 1}, "not-valid"),
        ({}, "not-valid"),
    ],
)
def test_what_may_not_be_rung_is_refused_with_the_reason(
    program: httpx.Client, content: dict[str, Any], code: str
) -> None:
    refused = program.post("/callbacks", json=content)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == code
    assert "5001234" not in refused.text


def test_what_only_people_may_ring_is_left_to_them(program: httpx.Client) -> None:
    left = program.post("/callbacks", json={"number": "+12125550123"})
    assert (left.status_code, left.json()["code"]) == (409, "left-to-people")


def test_whoever_has_no_token_or_one_for_something_else_is_refused(
    panel: Panel, program: httpx.Client
) -> None:
    for headers in ({}, {"authorization": "Bearer vb_wrong"}, {"authorization": "Basic YTpi"}):
        refused = httpx.get(f"{panel.url}/api/v1/callbacks", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    with asks(panel, panel.add_token("reads", "anna", "callbacks:read")) as reads:
        assert reads.get("/callbacks").status_code == 200
        assert reads.post("/callbacks", json={"number": NUMBER}).status_code == 403
        assert reads.get("/calls/any").status_code == 403
    # A viewer's token may no more than the viewer, whatever its scopes.
    with asks(panel, panel.add_token("viewer", "vera", *ALL)) as viewer:
        assert viewer.post("/callbacks", json={"number": NUMBER}).status_code == 403
    booked = program.post("/callbacks", json={"number": NUMBER}).json()
    with asks(panel, panel.add_token("elsewhere", "sven", *ALL)) as elsewhere:
        assert elsewhere.get("/callbacks").json() == {"callbacks": []}
        assert elsewhere.get(f"/callbacks/{booked['id']}").status_code == 404
        assert elsewhere.delete(f"/callbacks/{booked['id']}").status_code == 404
        assert elsewhere.post("/callbacks", json={"number": NUMBER}).status_code == 403
    program.delete(f"/callbacks/{booked['id']}")
    assert program.get("/nowhere").json()["code"] == "not-there"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_it_is_as_it_is_described(operation: Operation, panel: Panel, token: str) -> None:
    described = schemathesis.openapi.from_url(f"{panel.url}/api/v1/openapi.json")
    headers = {"authorization": f"Bearer {token}"}

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[f"{ROOT}{operation.path}"][operation.method].as_strategy())
    def is_so(case: Any) -> None:
        response = case.call(base_url=panel.url, headers=headers)
        case.validate_response(response, checks=CHECKS)

    is_so()
