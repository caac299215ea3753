"""Messages as a real Asterisk 22.10.1 sent them, numbers changed."""

from copy import deepcopy
from typing import Any

_CHANNEL: dict[str, Any] = {
    "id": "node1-1763820000.4",
    "name": "PJSIP/trunk-00000002",
    "state": "Ring",
    "protocol_id": "3848276298220188511",
    "caller": {"name": "Ann", "number": "+3225550123"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {
        "context": "inbound",
        "exten": "5551000",
        "priority": 3,
        "app_name": "StasisBroadcast",
        "app_data": "500,^voicebot-",
    },
    "creationtime": "2026-11-22T15:06:58.345+0100",
    "language": "en",
    "channelvars": {"CHANNEL(audionativeformat)": "(ulaw)"},
}

_BRIDGE: dict[str, Any] = {
    "id": "bridge-1",
    "technology": "simple_bridge",
    "bridge_type": "mixing",
    "bridge_class": "stasis",
    "creator": "Stasis",
    "name": "",
    "channels": ["node1-1763820000.4", "media-1"],
    "creationtime": "2026-11-22T15:06:58.345+0100",
    "video_mode": "talker",
}


def channel(**changes: object) -> dict[str, Any]:
    return deepcopy(_CHANNEL) | changes


def bridge(**changes: object) -> dict[str, Any]:
    return deepcopy(_BRIDGE) | changes


def event(event_type: str, **fields: object) -> dict[str, Any]:
    return {
        "type": event_type,
        "application": "voicebot-1",
        "timestamp": "2026-11-22T15:06:58.400+0100",
        "asterisk_id": "02:42:ac:11:00:02",
        "channel": channel(),
    } | fields


# One of each type that we know.
EVENTS: dict[str, dict[str, Any]] = {
    message["type"]: message
    for message in (
        event("CallBroadcast", caller="+3225550123", called="5551000"),
        event("CallClaimed", winner_app="voicebot-2"),
        event("StasisStart", args=["media", "node1-1763820000.4"]),
        event("StasisEnd"),
        event("ChannelStateChange"),
        event("ChannelHold"),
        event("ChannelUnhold"),
        event("ChannelDtmfReceived", digit="7", duration_ms=120),
        event("ChannelHangupRequest", cause=16, soft=True),
        event("ChannelDestroyed", cause=16, cause_txt="Normal Clearing"),
        event("ApplicationMoveFailed", destination="voicebot-3", args=[]),
        event("ApplicationReplaced"),
        event("ChannelUserevent", eventname="heartbeat", userevent={"agent": "voicebot-1"}),
        event("ChannelVarset", variable="VOICEBOT_OPERATOR", value="maria"),
    )
}
