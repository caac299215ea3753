"""What an agent hears of a caller's keys: as our agents do, from media alone."""

import json
import threading
import time
from dataclasses import dataclass, field

from websockets.sync.client import ClientConnection

from tests.telephony.fallback.agent import Agent
from tests.telephony.keys.calling import Mouth
from voicebot.audio.dtmf import DtmfDetector
from voicebot.audio.frames import FRAME_MS
from voicebot.media.voice_detector import WebRtcVoiceDetector
from voicebot.turns.keys import KeyPath, KeySource
from voicebot.turns.turn_taker import SpeechOnset, TurnTaker

LIMIT_S = 15.0
# After the last key that is expected: whether one comes twice, or too many.
AFTERWARDS_S = 0.4


@dataclass(slots=True)
class Heard:
    """What came by each path, and what counted."""

    counted: str = ""
    signalled: str = ""
    in_band: str = ""
    onsets: int = 0  # how often the caller seemed to begin to speak
    frames: int = 0
    events: list[str] = field(default_factory=list)


def listen(agent: Agent, mouth: Mouth, expected: int) -> Heard:
    """Takes the next call, hears so many keys and what follows them, and hangs up."""
    channel_id = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    with agent.open_media(channel_id, mouth.encoding) as media:
        is_over = threading.Event()
        speaking = threading.Thread(target=_speak_silence, args=(media, mouth, is_over))
        speaking.start()
        try:
            return _hear(media, mouth, expected)
        finally:
            is_over.set()
            speaking.join()
            agent.ask("DELETE", f"channels/{channel_id}")


def _hear(media: ClientConnection, mouth: Mouth, expected: int) -> Heard:
    heard, source = Heard(), KeySource()
    detector, turns = DtmfDetector(mouth.encoding), TurnTaker()
    voice = WebRtcVoiceDetector(mouth.encoding)
    give_up_at = time.monotonic() + LIMIT_S
    until = give_up_at
    while time.monotonic() < until:
        message = media.recv(timeout=LIMIT_S)
        key, path = None, KeyPath.SIGNAL
        if isinstance(message, str):
            event = json.loads(message)
            heard.events.append(event["event"])
            if event["event"] == "DTMF_END":
                key = event["digit"]
                heard.signalled += key
        elif len(message) == mouth.encoding.frame_bytes:
            heard.frames += 1
            path, key = KeyPath.IN_BAND, detector.receive(message)
            heard.in_band += key or ""
            change = turns.receive(FRAME_MS, voice.is_speech(message), agent_is_speaking=False)
            heard.onsets += isinstance(change, SpeechOnset)
        if key is not None:
            heard.counted += source.receive(key, path, time.monotonic()) or ""
        has_all = len(heard.counted) >= expected and mouth.has_said_all.is_set()
        if has_all and until == give_up_at:
            until = min(give_up_at, time.monotonic() + AFTERWARDS_S)
    return heard


def _speak_silence(media: ClientConnection, mouth: Mouth, is_over: threading.Event) -> None:
    """The caller learns from it where to send its audio."""
    while not is_over.wait(FRAME_MS / 1000):
        media.send(mouth.encoding.silence_frame)
