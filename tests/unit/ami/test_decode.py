from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.ami import decode as decoding
from voicebot.ami.decode import (
    EVENTS,
    CallEnded,
    CallerLost,
    HealthStirred,
    MalformedEvent,
    Message,
    StreamEnded,
    WeLost,
    decode,
)
from voicebot.calls.call_quality import StreamSums
from voicebot.calls.failed_authentications import FailedAuthentication
from voicebot.calls.model import CallId
from voicebot.calls.trunk_health import Health, Part

CALL = CallId("node1-1795366354.0")
OF_CALL = {"Uniqueid": CALL, "Linkedid": CALL}
REPORT = {**OF_CALL, "ReportCount": "1", "Report0FractionLost": "26"}
REFUSED = {
    "Event": "InvalidPassword",
    "EventTV": "2026-11-22T16:50:42.941+0000",
    "Service": "PJSIP",
    "RemoteAddress": "IPV4/UDP/192.0.2.7/50241",
}
values = st.text(max_size=30) | st.lists(st.text(max_size=10), min_size=1, max_size=2)


def test_reports_are_told_apart_by_who_sent_them() -> None:
    assert decode({"Event": "RTCPSent", **REPORT}) == WeLost(CALL, 26)
    assert decode({"Event": "RTCPReceived", **REPORT}) == CallerLost(CALL, 26)


def test_a_report_without_a_block_says_nothing_of_loss() -> None:
    assert decode({"Event": "RTCPSent", **OF_CALL, "ReportCount": "0"}) is None


def test_an_operators_leg_is_not_the_caller() -> None:
    assert decode({"Event": "RTCPSent", **REPORT, "Uniqueid": "node1-1795366360.7"}) is None
    assert decode({"Event": "Hangup", "Uniqueid": "", "Linkedid": ""}) is None


def test_the_end_of_a_channel_is_the_end_of_its_call() -> None:
    assert decode({"Event": "Hangup", **OF_CALL}) == CallEnded(CALL)


def test_asterisks_sums_are_read_in_milliseconds() -> None:
    jitter = (
        "minrxjitter=000.001125;maxrxjitter=000.010000;avgrxjitter=000.009339;"
        "stdevrxjitter=000.001598;mintxjitter=000.010000;maxtxjitter=000.010000;"
        "avgtxjitter=000.010000;stdevtxjitter=000.000000;"
    )
    event = decode({"Event": "VarSet", **OF_CALL, "Variable": "RTPAUDIOQOSJITTER", "Value": jitter})
    assert isinstance(event, StreamEnded)
    assert event.sums.received_jitter_ms == pytest.approx(9.339)
    assert event.sums.sent_jitter_ms == pytest.approx(10)
    rtt = "     minrtt=000.100341;     maxrtt=000.100357;     avgrtt=000.100349;"
    event = decode({"Event": "VarSet", **OF_CALL, "Variable": "RTPAUDIOQOSRTT", "Value": rtt})
    assert isinstance(event, StreamEnded)
    assert event.sums.round_trip_ms == pytest.approx(100.349)


def test_a_mean_of_nothing_is_unknown() -> None:
    event = decode(
        {
            "Event": "VarSet",
            **OF_CALL,
            "Variable": "RTPAUDIOQOSRTT",
            "Value": "minrtt=000.000000;avgrtt=000.000000;",
        }
    )
    assert event == StreamEnded(CALL, StreamSums())


def test_variables_of_others_are_let_pass() -> None:
    message = {"Event": "VarSet", **OF_CALL, "Variable": "DIALSTATUS", "Value": "avgrtt=1"}
    assert decode(message) is None


def test_a_contact_that_answers_or_not_stirs() -> None:
    reachable = {
        "Event": "ContactStatus",
        "ContactStatus": "Reachable",
        "EndpointName": "trunk-carrier",
        "RoundtripUsec": "432",
    }
    assert decode(reachable) == HealthStirred("trunk-carrier", 0.432)
    unreachable = {**reachable, "ContactStatus": "Unreachable", "RoundtripUsec": "0"}
    assert decode(unreachable) == HealthStirred("trunk-carrier", None)
    assert decode({**reachable, "ContactStatus": "Updated"}) is None
    assert decode({"Event": "Registry", "Status": "Rejected"}) == HealthStirred()


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("IPV4/UDP/192.0.2.7/50241", "192.0.2.7"),
        ("IPV6/TLS/2001:db8::1/50241", "2001:db8::1"),
        ("IPV6/TCP/[2001:db8::1]/50241", "2001:db8::1"),
    ],
)
def test_a_refusal_tells_from_where(address: str, source: str) -> None:
    assert decode({**REFUSED, "RemoteAddress": address}) == FailedAuthentication(
        source, "PJSIP", "InvalidPassword", datetime(2026, 11, 22, 16, 50, 42, 941_000, tzinfo=UTC)
    )


def test_an_event_that_is_none_of_ours_is_none() -> None:
    assert decode({"Event": "Newexten"}) is None
    assert decode({"Response": "Success"}) is None


@pytest.mark.parametrize(
    "message",
    [
        {**REFUSED, "RemoteAddress": "somewhere"},
        {**REFUSED, "RemoteAddress": "IPV4/UDP/1.2.3/5"},
        {**REFUSED, "EventTV": "yesterday"},
        {**REFUSED, "Service": "a\x1b[31mb"},
        {"Event": "RTCPSent", **REPORT, "Report0FractionLost": "256"},
        {"Event": "RTCPSent", **REPORT, "ReportCount": "many"},
        {"Event": "VarSet", **OF_CALL, "Variable": "RTPAUDIOQOSRTT", "Value": "avgrtt=1.2.3"},
        {"Event": "VarSet", **OF_CALL, "Variable": "RTPAUDIOQOSJITTER", "Value": ""},
    ],
)
def test_what_is_not_as_described_is_malformed(message: Message) -> None:
    assert isinstance(decode(message), MalformedEvent)


@given(
    st.dictionaries(st.sampled_from([*REPORT, *REFUSED, "Value", "RoundtripUsec"]), values),
    st.sampled_from(["RTPAUDIOQOSJITTER", "RTPAUDIOQOSRTT"]),
    st.booleans(),
)
def test_no_message_does_worse_than_being_malformed(
    message: dict[str, str | list[str]], variable: str, is_of_a_call: bool
) -> None:
    whole = {**message, **(OF_CALL if is_of_a_call else {}), "Variable": variable}
    for name in EVENTS:
        decode({**whole, "Event": name})


@pytest.mark.parametrize(
    ("headers", "health"),
    [
        ({"Aor": "", "Contacts": "", "DeviceState": "Unavailable"}, Health.UNKNOWN),
        ({"Aor": "desk1", "Contacts": "", "DeviceState": "Unavailable"}, Health.DOWN),
        ({"Aor": "a", "Contacts": "a/sip:b,", "DeviceState": "Unavailable"}, Health.DOWN),
        ({"Aor": "a", "Contacts": "a/sip:b,", "DeviceState": "Not in use"}, Health.UP),
        ({"Aor": "a", "Contacts": "a/sip:b,", "DeviceState": "Busy"}, Health.UP),
        ({"Aor": "a", "Contacts": "a/sip:b,", "DeviceState": "Invalid"}, Health.UNKNOWN),
    ],
)
def test_an_endpoint_is_as_well_as_its_contacts(headers: dict[str, str], health: Health) -> None:
    listed = {"Event": "EndpointList", "ObjectName": "trunk-carrier", **headers}
    complete = {"Event": "EndpointListComplete"}
    [report] = decoding.endpoint_reports([{"Response": "Success"}, listed, complete])
    assert (report.part, report.name, report.health) == (Part.ENDPOINT, "trunk-carrier", health)


def test_a_registration_is_up_when_the_carrier_knows_us_and_its_password_is_left_out() -> None:
    listed = {"Event": "OutboundRegistrationDetail", "ObjectName": "trunk-carrier"}
    password = {"Event": "AuthDetail", "Password": "secret"}
    [up, down] = decoding.registration_reports(
        [{**listed, "Status": "Registered"}, password, {**listed, "Status": "Rejected"}]
    )
    assert (up.health, down.health) == (Health.UP, Health.DOWN)
    assert "secret" not in repr([up, down])


def test_a_call_is_counted_once_however_many_legs_it_has() -> None:
    legs = [{"Event": "CoreShowChannel", "Linkedid": each} for each in ("a", "a", "b")]
    assert decoding.calls_up([{"Response": "Success"}, *legs]) == {"a", "b"}
