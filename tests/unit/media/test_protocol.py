"""Control messages, written and read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import MediaCommandTooLong
from voicebot.media.protocol import (
    MAX_COMMAND_BYTES,
    Command,
    ContinueMedia,
    DigitEnded,
    ErrorReported,
    Event,
    FlushMedia,
    GetStatus,
    MarkMedia,
    MarkProcessed,
    MediaStarted,
    PauseMedia,
    QueueEased,
    QueueFilled,
    StatusReported,
    Unknown,
    decode_event,
    encode_command,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
event_names = st.sampled_from(
    [
        "MEDIA_START",
        "MEDIA_MARK_PROCESSED",
        "DTMF_END",
        "MEDIA_XOFF",
        "MEDIA_XON",
        "STATUS",
        "ERROR",
        "OTHER",
    ]
)
field_names = st.sampled_from(
    [
        "channel_id",
        "format",
        "optimal_frame_size",
        "correlation_id",
        "digit",
        "queue_length",
        "queue_full",
        "media_paused",
        "error_text",
    ]
)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (MarkMedia("17"), '{"command":"MARK_MEDIA","correlation_id":"17"}'),
        (FlushMedia(), '{"command":"FLUSH_MEDIA"}'),
        (PauseMedia(), '{"command":"PAUSE_MEDIA"}'),
        (ContinueMedia(), '{"command":"CONTINUE_MEDIA"}'),
        (GetStatus(), '{"command":"GET_STATUS"}'),
    ],
)
def test_commands_are_compact_json(command: Command, text: str) -> None:
    assert encode_command(command) == text


@given(st.text(alphabet="0123456789abcdef-", max_size=40))
def test_a_mark_carries_its_id(correlation_id: str) -> None:
    text = encode_command(MarkMedia(correlation_id))
    assert json.loads(text)["correlation_id"] == correlation_id


@given(st.text(min_size=MAX_COMMAND_BYTES))
def test_a_command_that_would_be_ignored_is_refused(correlation_id: str) -> None:
    with pytest.raises(MediaCommandTooLong) as refusal:
        encode_command(MarkMedia(correlation_id))
    assert refusal.value.length_bytes > MAX_COMMAND_BYTES


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        # As Asterisk 22.10.1 wrote them.
        (
            {
                "event": "MEDIA_START",
                "connection_id": "9a25964d",
                "channel": "WebSocket/INCOMING/0x7f56a40020a0",
                "channel_id": "1795356363.0",
                "format": "ulaw",
                "optimal_frame_size": 160,
                "ptime": 20,
                "channel_variables": {},
            },
            MediaStarted("1795356363.0", "ulaw", 160),
        ),
        ({"event": "MEDIA_MARK_PROCESSED", "correlation_id": "17"}, MarkProcessed("17")),
        ({"event": "DTMF_END", "channel_id": "1.0", "digit": "#"}, DigitEnded("#")),
        ({"event": "MEDIA_XOFF", "channel_id": "1.0"}, QueueFilled()),
        ({"event": "MEDIA_XON", "channel_id": "1.0"}, QueueEased()),
        (
            {
                "event": "STATUS",
                "channel_id": "1.0",
                "queue_length": 9,
                "xon_level": 800,
                "xoff_level": 900,
                "queue_full": False,
                "bulk_media": False,
                "media_paused": False,
            },
            StatusReported(9, is_full=False, is_paused=False),
        ),
        ({"event": "ERROR", "error_text": "no"}, ErrorReported("no")),
    ],
)
def test_events_become_values(fields: dict[str, Any], event: Event) -> None:
    assert decode_event(json.dumps(fields)) == event


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", ""),
        ("MEDIA_START", ""),
        ("[" * 100_000, ""),
        ("1" * 5_000, ""),
        ("[]", ""),
        ('{"event":7}', ""),
        ('{"event":"QUEUE_DRAINED"}', "QUEUE_DRAINED"),
        ('{"event":"STATUS","queue_length":true,"queue_full":0}', "STATUS"),
        ('{"event":"STATUS","queue_length":1,"queue_full":0}', "STATUS"),
        ('{"event":"MEDIA_START","channel_id":3}', "MEDIA_START"),
        ('{"event":"DTMF_END","digit":"55"}', "DTMF_END"),
        ('{"event":"DTMF_END","digit":"x"}', "DTMF_END"),
    ],
)
def test_what_cannot_be_read_is_unknown(text: str, name: str) -> None:
    assert decode_event(text) == Unknown(name)


@given(st.text() | json_values.map(json.dumps))
def test_no_text_is_an_error(text: str) -> None:
    decode_event(text)


@given(event_names, st.dictionaries(field_names, json_values))
def test_no_field_is_an_error(name: str, fields: dict[str, Any]) -> None:
    decode_event(json.dumps({**fields, "event": name}))
