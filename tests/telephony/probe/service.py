"""The service that is probed: a real Asterisk, and an agent with two recorded prompts to say."""

import threading
import wave
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from websockets.sync.client import ClientConnection

from tests.asterisk_node import sounds_dir
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode
from voicebot.media.voice_detector import WebRtcVoiceDetector
from voicebot.turns.turn_taker import SpeechEnd, TurnTaker

FAREWELL_S = 1.0
# Each waits for EVENT_LIMIT_S.
PATIENCE_IN_EVENTS = 12
LAW = Encoding.ULAW
GREETING = "vm-goodbye"
ANSWER = "cannot-complete-as-dialed"
ANSWER_WORDS = "Your call cannot be completed as dialed."


@contextmanager
def answered_once(node: Node) -> Iterator["Future[str]"]:
    """Takes one call: greets, hears a question out, answers. Gives the call's direction."""
    with running_agent(node) as agent, ThreadPoolExecutor() as calls:
        yield calls.submit(_serve, agent)


def _serve(agent: Agent) -> str:
    channel = _claim(agent)
    with agent.open_media(channel["id"], LAW) as media:
        agent.ask("POST", f"channels/{channel['id']}/answer")
        # A caller who hung up is heard no more; the media channel goes with its socket.
        with suppress(TimeoutError):
            _say(agent.node, GREETING, media)
            _hear_out(media)
            _say(agent.node, ANSWER, media)
            while True:
                media.recv(timeout=FAREWELL_S)
    direction: str = channel["channelvars"]["VOICEBOT_DIRECTION"]
    return direction


def _claim(agent: Agent) -> dict[str, Any]:
    """The caller may take its time to get ready."""
    for _ in range(PATIENCE_IN_EVENTS):
        with suppress(TimeoutError):
            channel: dict[str, Any] = agent.claim()["channel"]
            return channel
    raise AssertionError("nobody called")


def _say(node: Node, prompt: str, media: ClientConnection) -> None:
    with wave.open(str(sounds_dir(node.paths.asterisk_root) / f"{prompt}.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    audio, size = encode(samples, LAW), LAW.frame_bytes
    never = threading.Event()
    for at in range(0, len(audio) - size + 1, size):
        media.send(audio[at : at + size])
        # Somewhat faster than it is played, so that it never runs dry.
        never.wait(0.9 * FRAME_MS / 1000)


def _hear_out(media: ClientConnection) -> None:
    voice, turns = WebRtcVoiceDetector(LAW), TurnTaker()
    while True:
        frame = media.recv(timeout=FAREWELL_S)
        if isinstance(frame, bytes) and len(frame) == LAW.frame_bytes:
            is_speech = voice.is_speech(frame)
            if isinstance(turns.receive(FRAME_MS, is_speech, agent_is_speaking=False), SpeechEnd):
                return
