"""While a recording pauses, both files hold silence, and they stay in step with the call."""

import asyncio
import threading
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.polling import until
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.node import Node
from tests.telephony.keys.calling import Mouth, place_call
from tests.telephony.keys.conftest import NUMBER
from tests.telephony.keys.keypad import Packet, audio, tone
from voicebot.ami.connection import AmiSettings
from voicebot.ami.recording import AmiRecording
from voicebot.audio.dtmf import DtmfDetector
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode
from voicebot.calls.model import ChannelId
from voicebot.errors import AmiRefused

LAW = Encoding.ULAW
# Each side goes through the keys, half a second each: what is on record tells when it was said.
# The last is hung up on.
KEYS = "1234567890#"
HELD_MS = 500
PAUSED_FROM, PAUSED_TO = "4", "8"


def said() -> list[Packet]:
    return [packet for key in KEYS for packet in audio(tone(key, HELD_MS), LAW)]


@pytest.fixture
def recording(keys_node: Node) -> AmiRecording:
    settings = keys_node.settings
    password = settings.ami_password.get_secret_value()
    return AmiRecording(
        AmiSettings(settings.bind_address, settings.ami_port, settings.ami_username, password)
    )


def keys_on_record(path: Path) -> dict[str, int]:
    """Which keys' tones a recording holds, and where, in ms."""
    with wave.open(str(path)) as file:
        audio_on_record = encode(np.frombuffer(file.readframes(file.getnframes()), "<i2"), LAW)
    detector, found = DtmfDetector(LAW), {}
    for at in range(0, len(audio_on_record) - LAW.frame_bytes + 1, LAW.frame_bytes):
        key = detector.receive(audio_on_record[at : at + LAW.frame_bytes])
        if key is not None:
            found[key] = LAW.duration_ms(audio_on_record[:at])
    return found


def test_a_pause_is_silence_on_both_files_and_shifts_neither(
    agent: Agent, recording: AmiRecording, tmp_path: Path
) -> None:
    mouth = Mouth(LAW, said())
    heard: list[str] = []
    with ThreadPoolExecutor() as callers:
        calling = callers.submit(
            place_call, agent.node, "uac-presses-keys-expect-bye", NUMBER, tmp_path, mouth
        )
        channel_id = ChannelId(agent.claim()["channel"]["id"])
        agent.ask("POST", f"channels/{channel_id}/answer")
        with agent.open_media(channel_id, LAW) as media:
            is_over = threading.Event()

            def speak() -> None:
                begun_at = time.monotonic()
                for number, packet in enumerate(said()):
                    media.send(packet.payload)
                    due_at = begun_at + (number + 1) * FRAME_MS / 1000
                    is_over.wait(max(0.0, due_at - time.monotonic()))

            speaking = threading.Thread(target=speak)
            speaking.start()
            detector = DtmfDetector(LAW)
            while not heard or heard[-1] != KEYS[-1]:
                message = media.recv(timeout=5)
                key = detector.receive(message) if isinstance(message, bytes) else None
                if key is None:
                    continue
                heard.append(key)
                if key in (PAUSED_FROM, PAUSED_TO):
                    asyncio.run(recording.set_recording(channel_id, is_on=key == PAUSED_TO))
            is_over.set()
            speaking.join()
            agent.ask("DELETE", f"channels/{channel_id}")
        assert calling.result()
        until(lambda: not agent.node.console("core show channels concise").strip(), "all is over")
    # The agent hears on while the recording pauses.
    assert "".join(heard) == KEYS
    for side in ("caller", "agent"):
        path = agent.node.spool / "monitor" / f"{channel_id}-{side}.wav"
        found = keys_on_record(path)
        # The sides are not spoken in step, so of the keys beside the edges a part may be on record.
        assert set("56").isdisjoint(found)
        assert set("12390") <= set(found)
        assert found["9"] - found["3"] == pytest.approx(6 * HELD_MS, abs=120)
        assert found["0"] - found["9"] == pytest.approx(HELD_MS, abs=120)


def test_a_channel_that_is_not_there_cannot_pause(recording: AmiRecording) -> None:
    with pytest.raises(AmiRefused):
        asyncio.run(recording.set_recording(ChannelId("gone-1.1"), is_on=False))
