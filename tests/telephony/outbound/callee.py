"""Whoever is rung over the trunk: SIPp plays the carrier, and the audio is in our own hands.

What is said is paced from the answer on, whether anything is heard or not, as a telephone does.
"""

import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from tests.telephony import rtp, sipp
from tests.telephony.transfers.headset import EVENTS, key_packets
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode, encode

SCENARIOS_DIR = Path(__file__).parent
CARRIER = "127.0.0.12"
FRAME_S, FRAME_BYTES, RATE_HZ = 0.02, 160, 8_000
SILENCE = b"\xff" * FRAME_BYTES
LIMIT_S = 90
# A frame above this holds sound; comfort noise does not.
SOUND = 60.0
ANSWERS, RINGS = "uas-answers-expect-bye", "uas-rings-expect-cancel"
ANSWERS_AND_HANGS_UP = "uas-answers-and-hangs-up-expect-200"
REFUSES = "uas-refuses-expect-ack"


@dataclass(slots=True)
class Callee:
    """In the middle of being rung."""

    socket: socket.socket
    process: subprocess.Popen[bytes]
    messages: Path
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    answered_at_s: float | None = None
    _words: SimpleQueue[bytes] = field(default_factory=SimpleQueue)
    _presses: SimpleQueue[str] = field(default_factory=SimpleQueue)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def log(self) -> str:
        """The SIP messages so far, "" when nothing was sent."""
        return self.messages.read_text(errors="replace") if self.messages.exists() else ""

    @property
    def was_rung(self) -> bool:
        return "INVITE sip:" in self.log

    @property
    def is_ringing(self) -> bool:
        return "SIP/2.0 180" in self.log

    def is_as_expected(self) -> bool:
        """Waits for the scenario's end."""
        return self.process.wait(LIMIT_S) == 0

    def say(self, audio: bytes) -> None:
        """µ-law, after what is being said already."""
        for at in range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES):
            self._words.put(audio[at : at + FRAME_BYTES])

    def press(self, key: str) -> None:
        """By RFC 4733."""
        self._presses.put(key)

    @property
    def has_said_all(self) -> bool:
        return self._words.empty()

    def first_sound_s(self) -> float | None:
        """How long after the answer the first sound arrived."""
        assert self.answered_at_s is not None
        for at, frame in list(self.heard):
            if _is_sound(frame):
                return at - self.answered_at_s
        return None

    def is_quiet_for(self, quiet_s: float) -> bool:
        """Whether something was heard, and nothing for so long since."""
        sounds = [at for at, frame in list(self.heard) if _is_sound(frame)]
        return bool(sounds) and time.monotonic() - sounds[-1] > quiet_s

    def has_answered_since(self, at_s: float, quiet_s: float) -> bool:
        """Whether there was sound after that time, and then quiet."""
        sounds = [at for at, frame in list(self.heard) if at > at_s and _is_sound(frame)]
        return bool(sounds) and time.monotonic() - sounds[-1] > quiet_s

    def samples_since(self, at_s: float) -> NDArray[np.int16]:
        frames = b"".join(frame for at, frame in list(self.heard) if at >= at_s)
        return decode(frames, Encoding.ULAW)

    def run(self) -> None:
        while (peer := self._peer()) is None:
            if self._is_over.wait(FRAME_S / 2):
                return
        self.answered_at_s = time.monotonic()
        self.socket.settimeout(FRAME_S)
        sequence, next_at = 0, self.answered_at_s
        pressed: list[bytes] = []
        pressed_at = 0
        while not self._is_over.is_set():
            try:
                packet = self.socket.recv(2048)
                if packet[1] & 0x7F == 0:
                    self.heard.append((time.monotonic(), packet[12:]))
            except TimeoutError:
                pass  # nothing is said: look at the clock
            while time.monotonic() >= next_at:
                next_at += FRAME_S
                if not pressed and not self._presses.empty():
                    pressed, pressed_at = key_packets(self._presses.get()), sequence
                if pressed:
                    # All packets of one event carry the time at which it began.
                    header = rtp.header(EVENTS, sequence, pressed_at * FRAME_BYTES)
                    packet = header + pressed.pop(0)
                else:
                    header = rtp.header(0, sequence, sequence * FRAME_BYTES)
                    packet = header + self._frame()
                self.socket.sendto(packet, peer)
                sequence += 1

    def stop(self) -> None:
        self._is_over.set()

    def _frame(self) -> bytes:
        try:
            return self._words.get_nowait()
        except Empty:
            return SILENCE

    def _peer(self) -> tuple[str, int] | None:
        """Where the INVITE wants audio, once it was answered."""
        log = self.log
        if "SIP/2.0 200 OK" not in log:
            return None
        host = re.search(r"^c=IN IP4 (\S+)", log, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", log, re.MULTILINE)
        assert host is not None
        assert port is not None
        return host[1], int(port[1])


@contextmanager
def callee(
    port: int,
    node_port: int,
    scenario: str,
    work_dir: Path,
    *,
    pause_ms: int = 300,
    status: str = "486 Busy Here",
    calls: int = 1,
) -> Iterator[Callee]:
    """Can be rung inside the block; what is left of the scenario at its end is ended."""
    work_dir.mkdir(parents=True, exist_ok=True)
    messages = work_dir / f"{scenario}-{time.monotonic_ns()}.log"
    # SIPp wants to know a status before it reads its keywords.
    text = (SCENARIOS_DIR / f"{scenario}.xml").read_text().replace("[status]", status)
    (work_dir / f"{scenario}.xml").write_text(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((CARRIER, 0))
        with sipp.playing(
            work_dir / f"{scenario}.xml",
            *("-d", str(pause_ms)),
            server=f"127.0.0.1:{node_port}",
            sip_port=port,
            audio_port=own.getsockname()[1],
            messages=messages,
            limit_s=LIMIT_S,
            address=CARRIER,
            calls=calls,
        ) as process:
            made = Callee(own, process, messages)
            with rtp.beside(made.run, made.stop):
                yield made


def pause(length_s: float) -> bytes:
    return b"\xff" * round(length_s * RATE_HZ)


def beep(hz: int = 1_000, length_s: float = 0.4) -> bytes:
    """As an answering machine's."""
    at_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return encode((8_000 * np.sin(2 * np.pi * hz * at_s)).astype(np.int16), Encoding.ULAW)


def ulaw(samples: NDArray[np.int16]) -> bytes:
    return encode(np.asarray(samples, np.int16), Encoding.ULAW)


def _is_sound(frame: bytes) -> bool:
    return float(np.std(decode(frame, Encoding.ULAW))) > SOUND
