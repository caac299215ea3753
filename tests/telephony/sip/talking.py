"""An agent's side of a call: it says a tone and listens."""

import pytest

from tests.polling import until
from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.far_end import FarEnd
from tests.telephony.sip.sounds import (
    AGENT_NARROW_HZ,
    AGENT_WIDE_HZ,
    NARROW_HZ,
    WIDE_HZ,
    pitch_hz,
    tone,
)
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode

# What is heard first may be from before the tone began.
SKIPPED_FRAMES, HEARD_FRAMES = 10, 40
TOLERANCE_HZ = 20


def claim(agent: Agent) -> str:
    """Takes the next call and answers it; returns its channel."""
    channel_id: str = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    return channel_id


def agent_hears_hz(agent: Agent, channel_id: str, encoding: Encoding) -> float:
    """Opens the call's media, says the agent's tone for a second, and tells the caller's pitch."""
    is_wide = encoding is Encoding.SLIN16
    with agent.open_media(channel_id, encoding) as media:
        media.send(tone(AGENT_WIDE_HZ if is_wide else AGENT_NARROW_HZ, encoding))
        frames: list[bytes] = []
        while len(frames) < HEARD_FRAMES:
            message = media.recv(timeout=5)
            if isinstance(message, bytes):
                assert len(message) == encoding.frame_bytes
                frames.append(message)
    return pitch_hz(decode(b"".join(frames[SKIPPED_FRAMES:]), encoding), encoding.rate_hz)


def far_end_heard_hz(far_end: FarEnd, far_channel_id: str) -> float:
    """Once its call is over."""
    until(lambda: far_channel_id not in far_end.channels(), "the call is over at the far end")
    return pitch_hz(*far_end.heard(far_channel_id))


def assert_both_are_heard(
    agent: Agent,
    channel_id: str,
    far_end: FarEnd,
    far_channel_id: str,
    encoding: Encoding = Encoding.ULAW,
) -> None:
    """Talks, hangs up, and looks at what arrived on both sides."""
    is_wide = encoding is Encoding.SLIN16
    expected_hz = WIDE_HZ if is_wide else NARROW_HZ
    heard_hz = agent_hears_hz(agent, channel_id, encoding)
    agent.rest.delete(f"channels/{channel_id}")
    assert heard_hz == pytest.approx(expected_hz, abs=TOLERANCE_HZ)
    agent_hz = AGENT_WIDE_HZ if is_wide else AGENT_NARROW_HZ
    assert far_end_heard_hz(far_end, far_channel_id) == pytest.approx(agent_hz, abs=TOLERANCE_HZ)
