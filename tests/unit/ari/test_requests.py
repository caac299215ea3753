import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.ari import requests
from voicebot.ari.decode import RestResponse
from voicebot.errors import AriRequestRefused, AsteriskError


def sent(
    operation: requests.Operation,
    parameters: Mapping[str, requests.Parameter | None],
    variables: Mapping[str, str] | None = None,
) -> Any:
    return json.loads(
        requests.encode(requests.request(operation, parameters, variables), request_id="17")
    )


def test_a_request_names_its_method_its_place_and_its_id() -> None:
    assert sent(requests.CHANNELS_ANSWER, {"channelId": "c-1"}) == {
        "type": "RESTRequest",
        "transaction_id": "17",
        "request_id": "17",
        "method": "POST",
        "uri": "channels/c-1/answer",
    }


def test_parameters_travel_as_query_strings_and_absent_ones_are_left_out() -> None:
    message = sent(
        requests.CHANNELS_HANGUP,
        {"channelId": "c-1", "reason_code": 16},
    )
    assert message["query_strings"] == [{"name": "reason_code", "value": "16"}]
    message = sent(requests.CHANNELS_HANGUP, {"channelId": "c-1", "reason_code": None})
    assert "query_strings" not in message


def test_truth_is_written_as_asterisk_writes_it() -> None:
    message = sent(requests.EVENTS_EVENT_WEBSOCKET, {"app": "a", "subscribeAll": True})
    assert {"name": "subscribeAll", "value": "true"} in message["query_strings"]


def test_with_variables_everything_travels_in_the_body() -> None:
    message = sent(requests.CHANNELS_ORIGINATE, {"endpoint": "Local/1", "timeout": 5}, {"A": "1"})
    assert "query_strings" not in message
    assert message["content_type"] == "application/json"
    assert json.loads(message["message_body"]) == {
        "endpoint": "Local/1",
        "timeout": 5,
        "variables": {"A": "1"},
    }


def test_a_parameter_that_the_operation_does_not_have_is_our_bug() -> None:
    with pytest.raises(AssertionError, match=r"channels\.answer"):
        requests.request(requests.CHANNELS_ANSWER, {"channelId": "c", "app": "a"})
    with pytest.raises(AssertionError, match=r"channels\.answer"):
        requests.request(requests.CHANNELS_ANSWER, {})


def test_a_request_shows_no_numbers() -> None:
    request = requests.request(
        requests.CHANNELS_ORIGINATE, {"endpoint": "PJSIP/5550123"}, {"CALLER": "5550123"}
    )
    assert "5550123" not in repr(request)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_id_stays_one_segment_of_the_path(channel_id: str) -> None:
    request = requests.request(requests.CHANNELS_GET, {"channelId": channel_id})
    resource, segment = request.uri.split("/")
    assert resource == "channels"
    assert unquote(segment) == channel_id
    assert "?" not in segment


def test_a_success_is_parsed() -> None:
    response = RestResponse("1", 200, "OK", '{"value": 5}')
    assert requests.result(requests.CHANNELS_GET, response, lambda body: body) == {"value": 5}
    empty = RestResponse("1", 204, "No Content")
    assert requests.result(requests.CHANNELS_ANSWER, empty, lambda body: body) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"message": "Channel not found"}', "Channel not found"),
        ('{"error": 1}', "Not Found"),
        ("[]", "Not Found"),
        ("<html>", "Not Found"),
        (None, "Not Found"),
    ],
)
def test_a_refusal_carries_status_and_asterisks_own_words(body: str | None, reason: str) -> None:
    response = RestResponse("1", 404, "Not Found", body)
    with pytest.raises(AriRequestRefused) as raised:
        requests.result(requests.CHANNELS_GET, response, lambda body: body)
    assert (raised.value.operation, raised.value.status) == ("channels.get", 404)
    assert raised.value.reason == reason


def refuse(body: object) -> object:
    raise ValueError("id: is empty")


@pytest.mark.parametrize("body", ["<html>", "[" * 100_000, "{}"])
def test_a_success_that_cannot_be_read_is_a_typed_error(body: str) -> None:
    response = RestResponse("1", 200, "OK", body)
    with pytest.raises(AsteriskError, match=r"channels\.get: an answer that cannot be read"):
        requests.result(requests.CHANNELS_GET, response, refuse)


@given(st.integers(min_value=100, max_value=599), st.text() | st.none())
def test_every_answer_is_a_value_or_a_typed_error(status: int, body: str | None) -> None:
    response = RestResponse("1", status, "", body)
    with suppress(AsteriskError):
        requests.result(requests.CHANNELS_GET, response, lambda parsed: parsed)
        assert 200 <= status < 300
