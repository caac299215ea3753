"""`voicebot call` speaks wide band as well."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.sounds import (
    AGENT_NARROW_HZ,
    pitch_hz,
    read_wav,
    tone,
)
from tests.telephony.sip.talking import TOLERANCE_HZ, claim
from voicebot.audio.frames import Encoding

HEARD_FRAMES = 75


def test_a_g722_call_of_the_test_caller_hears_the_agent(agent: Agent, tmp_path: Path) -> None:
    pytest.importorskip("pjsua2")
    server = f"127.0.0.1:{agent.node.settings.sip_port}"
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "voicebot", "call", NUMBER, "--json", "--codec", "g722"),
            *("--server", server, "--record-dir", str(tmp_path / "record")),
            "--wait-for-go",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stdin is not None
        assert caller.stderr is not None
        assert "ready" in caller.stderr.readline()
        caller.stdin.write("go\n")
        caller.stdin.flush()
        channel_id = claim(agent)
        with agent.open_media(channel_id, Encoding.SLIN16) as media:
            media.send(tone(AGENT_NARROW_HZ, Encoding.SLIN16))
            heard: list[bytes] = []
            while len(heard) < HEARD_FRAMES:
                message = media.recv(timeout=5)
                heard += [message] if isinstance(message, bytes) else []
            agent.ask("DELETE", f"channels/{channel_id}")
        report = json.loads(caller.communicate(timeout=30)[0])
    assert report["is_held"]
    assert {len(frame) for frame in heard} == {Encoding.SLIN16.frame_bytes}
    samples, rate_hz = read_wav(tmp_path / "record" / "heard.wav")
    assert np.abs(samples).max() > 1_000
    assert pitch_hz(samples, rate_hz) == pytest.approx(AGENT_NARROW_HZ, abs=TOLERANCE_HZ)
