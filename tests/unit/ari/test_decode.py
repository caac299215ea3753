import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ari import messages
from tests.unit.ari.test_model import json_values
from voicebot.ari import decode as ari
from voicebot.ari.decode import MalformedMessage, RestResponse, UnknownEvent, decode


def decode_event(event_type: str, **changes: object) -> Any:
    return decode(json.dumps(messages.EVENTS[event_type] | changes))


@pytest.mark.parametrize("event_type", sorted(messages.EVENTS))
def test_each_known_event_becomes_its_own_value(event_type: str) -> None:
    event = decode_event(event_type)
    assert type(event) is getattr(ari, event_type)
    assert event.application == "voicebot-1"


def test_there_is_an_example_of_every_event_that_can_be_decoded() -> None:
    assert messages.EVENTS.keys() == ari.DECODERS.keys()


def test_an_offered_call_names_both_parties() -> None:
    event = decode_event("CallBroadcast")
    assert (event.caller, event.called) == ("+3225550123", "5551000")
    assert event.channel.dialplan.exten == "5551000"
    assert "3225550123" not in repr(event)


def test_an_offered_call_without_parties_takes_them_from_its_channel() -> None:
    message = messages.event("CallBroadcast")
    event = decode(json.dumps(message))
    assert isinstance(event, ari.CallBroadcast)
    assert (event.caller, event.called) == ("+3225550123", "5551000")


def test_a_start_carries_its_arguments_and_the_channel_it_replaces() -> None:
    assert decode_event("StasisStart").args == ("media", "node1-1763820000.4")
    assert decode_event("StasisStart").replaced is None
    replaced = decode_event("StasisStart", replace_channel=messages.channel(id="old")).replaced
    assert replaced is not None
    assert replaced.channel_id == "old"


def test_a_key_is_not_shown_in_messages() -> None:
    event = decode_event("ChannelDtmfReceived")
    assert (event.digit, event.duration_ms) == ("7", 120)
    assert "'7'" not in repr(event)


def test_a_hangup_may_come_without_a_cause() -> None:
    assert decode_event("ChannelHangupRequest").cause == 16
    assert decode_event("ChannelHangupRequest", cause=None).cause is None
    destroyed = decode_event("ChannelDestroyed")
    assert (destroyed.cause, destroyed.cause_text) == (16, "Normal Clearing")


def test_what_is_told_among_applications_is_read_without_its_repeated_name() -> None:
    told = {"eventname": "heartbeat", "agent": "voicebot-1", "count": 3}
    event = decode_event("ChannelUserevent", eventname="heartbeat", userevent=told)
    assert (event.event_name, event.values) == ("heartbeat", {"agent": "voicebot-1"})
    assert event.channel.channel_id == "node1-1763820000.4"
    message = messages.event("ChannelUserevent", eventname="e", userevent={})
    del message["channel"]
    assert decode(json.dumps(message)) == ari.ChannelUserevent("voicebot-1", "e", {})


def test_a_new_type_of_event_is_unknown_not_wrong() -> None:
    assert decode('{"type": "ChannelTeleported", "application": "a"}') == UnknownEvent(
        "ChannelTeleported", "a"
    )
    assert decode('{"type": "ChannelTeleported", "application": 4}') == UnknownEvent(
        "ChannelTeleported", None
    )


def test_an_answer_keeps_its_body_as_it_came() -> None:
    message = {
        "type": "RESTResponse",
        "transaction_id": "1",
        "request_id": "17",
        "status_code": 200,
        "reason_phrase": "OK",
        "uri": "channels",
        "content_type": "application/json",
        "message_body": "[]",
    }
    assert decode(json.dumps(message)) == RestResponse("17", 200, "OK", "[]")
    del message["message_body"]
    assert decode(json.dumps(message)) == RestResponse("17", 200, "OK", None)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "no JSON at character 0"),
        ('{"caller": "5550123', "no JSON at character 11"),
        (b"\xff\xfe\xff", "no UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ("5550123", "message: expected an object, got int"),
        ("{}", "type: expected str, got NoneType"),
        ('{"type": "StasisEnd"}', "application: expected str, got NoneType"),
        ('{"type": "RESTResponse"}', "request_id: expected str, got NoneType"),
    ],
)
def test_a_malformed_message_is_a_value_that_quotes_nothing(
    message: str | bytes, reason: str
) -> None:
    assert decode(message) == MalformedMessage(reason)


def test_a_number_too_long_for_python_is_malformed() -> None:
    assert isinstance(decode("1" * 10_000), MalformedMessage)


@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_nothing_that_can_arrive_raises(message: str | bytes) -> None:
    decode(message)


@given(st.sampled_from(sorted(messages.EVENTS)), st.data())
def test_a_known_event_with_any_field_spoiled_never_raises(
    event_type: str, data: st.DataObject
) -> None:
    message = messages.EVENTS[event_type]
    name = data.draw(st.sampled_from(sorted(message)))
    decode(json.dumps(message | {name: data.draw(json_values)}))
    decode(json.dumps({key: value for key, value in message.items() if key != name}))
