"""A caller is heard, and hears, in the band that both ends speak."""

import numpy as np
import pytest

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.far_end import FarEnd
from tests.telephony.sip.sounds import (
    AGENT_NARROW_HZ,
    AGENT_WIDE_HZ,
    NARROW_HZ,
    WIDE_HZ,
    pitch_hz,
    tone,
)
from voicebot.audio.frames import Encoding, media_encoding
from voicebot.audio.g711 import decode

HEARD_FRAMES = 50


@pytest.mark.parametrize("over", ["udp", "tls"])
@pytest.mark.parametrize("codec", ["ulaw", "alaw", "g722", "opus"])
def test_both_ends_hear_each_other_in_the_callers_band(
    agent: Agent, far_end: FarEnd, codec: str, over: str
) -> None:
    caller = f"+4931{'ulaw alaw g722 opus'.index(codec)}{len(over)}{ord(over[0])}"
    encoding = media_encoding(codec)
    is_wide = encoding is Encoding.SLIN16
    call = far_end.call(f"{over}-{codec}", NUMBER, caller=caller, is_wide=is_wide)
    start = agent.claim()
    channel_id = start["channel"]["id"]
    assert start["channel"]["channelvars"]["VOICEBOT_CODEC"] == codec
    agent.ask("POST", f"channels/{channel_id}/answer")
    agent_hz = AGENT_WIDE_HZ if is_wide else AGENT_NARROW_HZ
    with agent.open_media(channel_id, encoding) as media:
        media.send(tone(agent_hz, encoding))
        frames = [
            message
            for message in (media.recv(timeout=5) for _ in range(HEARD_FRAMES))
            if isinstance(message, bytes)
        ]
        is_secure = {
            of: agent.ask("GET", f"channels/{channel_id}/variable", variable=f"CHANNEL({of})")
            for of in ("rtp,secure", "pjsip,secure")
        }
        agent.ask("DELETE", f"channels/{channel_id}")
    assert {len(frame) for frame in frames} == {encoding.frame_bytes}
    heard = decode(b"".join(frames[10:]), encoding)
    assert pitch_hz(heard, encoding.rate_hz) == pytest.approx(
        WIDE_HZ if is_wide else NARROW_HZ, abs=20
    )
    until(lambda: call not in far_end.channels(), "the call is over")
    samples, rate_hz = far_end.heard(call)
    assert np.abs(samples).max() > 1_000
    assert pitch_hz(samples, rate_hz) == pytest.approx(agent_hz, abs=20)
    assert {answer["value"] for answer in is_secure.values()} == {"1" if over == "tls" else "0"}
    assert records.line_of(agent.node, caller)["codec"] == codec
