"""A caller is heard, and hears, in the band that both ends speak."""

import pytest

from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.far_end import FarEnd
from tests.telephony.sip.talking import assert_both_are_heard
from voicebot.audio.frames import Encoding, media_encoding


@pytest.mark.parametrize("over", ["udp", "tls"])
@pytest.mark.parametrize("codec", ["ulaw", "alaw", "g722", "opus"])
def test_both_ends_hear_each_other_in_the_callers_band_encrypted_over_tls(
    agent: Agent, far_end: FarEnd, codec: str, over: str
) -> None:
    caller = f"+4931{'ulaw alaw g722 opus'.index(codec):02}{ord(over[0])}"
    encoding = media_encoding(codec)
    is_wide = encoding is Encoding.SLIN16
    call = far_end.call(f"{over}-{codec}", NUMBER, caller=caller, is_wide=is_wide)
    start = agent.claim()
    channel_id = start["channel"]["id"]
    assert start["channel"]["channelvars"]["VOICEBOT_CODEC"] == codec
    agent.ask("POST", f"channels/{channel_id}/answer")
    is_secure = {
        agent.ask("GET", f"channels/{channel_id}/variable", variable=f"CHANNEL({of})")["value"]
        for of in ("rtp,secure", "pjsip,secure")
    }
    assert is_secure == {"1" if over == "tls" else "0"}
    assert_both_are_heard(agent, channel_id, far_end, call, encoding)
    assert records.line_of(agent.node, caller)["codec"] == codec


@pytest.mark.parametrize(
    ("endpoint", "status"),
    [
        ("tls-in-the-clear", 488),
        ("keys-in-the-clear", 488),
        ("tls-carrier-over-udp", 403),
    ],
)
def test_audio_is_encrypted_where_its_keys_are_and_nowhere_else(
    far_end: FarEnd, endpoint: str, status: int
) -> None:
    assert far_end.refusal_of(endpoint, NUMBER) == status
