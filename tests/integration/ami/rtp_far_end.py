"""A caller's RTP and RTCP, with the network's faults made on purpose.

Frames are left out, or held back so that they arrive in pairs; the receiver reports (RFC 3550,
6.4.2) say whatever a test wants the caller's side to have heard.
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Self

FRAME_S = 0.02
FRAME_SAMPLES = 160
REPORT_EVERY_S = 0.5
SSRC = 0x74657374
SENDER_REPORT = 200
_NTP_EPOCH_S = 2_208_988_800  # 1970 seen from 1900
_SENDER_INFO = struct.Struct("!BBHIQIII")
_REPORT_BLOCK = struct.Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class Faults:
    """What the network does to the caller's audio, and what the caller says of ours."""

    loses_every: int | None = None  # one frame in so many never arrives
    holds_back_s: float = 0.0  # every other frame is late by this
    reported_lost: int = 0  # of 256 frames of ours
    reported_jitter: int = 0  # timestamp units
    answers_after_s: float = 0.0  # between Asterisk's report and ours, not told as our delay


@dataclass(slots=True)
class RtpFarEnd:
    """Two neighbouring ports that talk to Asterisk until the block is left."""

    faults: Faults
    rtp: socket.socket = field(init=False)
    rtcp: socket.socket = field(init=False)
    _thread: threading.Thread | None = None
    _is_over: threading.Event = field(default_factory=threading.Event)
    _sent: int = 0
    _heard: int = 0
    _asterisk_ssrc: int = 0
    _last_report: tuple[int, float] | None = None  # middle of its NTP time, when it came

    def __enter__(self) -> Self:
        while True:
            self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.rtp.bind(("127.0.0.1", 0))
            self.rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.rtcp.bind(("127.0.0.1", self.port + 1))
            except (OSError, OverflowError):  # taken: try another pair
                self.rtp.close()
                self.rtcp.close()
                continue
            self.rtp.setblocking(False)
            self.rtcp.setblocking(False)
            return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()
        self.rtp.close()
        self.rtcp.close()

    @property
    def port(self) -> int:
        port: int = self.rtp.getsockname()[1]
        return port

    def talk_to(self, port: int) -> None:
        """Sends from now on."""
        self._thread = threading.Thread(target=self._run, args=(("127.0.0.1", port),))
        self._thread.start()

    def _run(self, peer: tuple[str, int]) -> None:
        begun_at = time.monotonic()
        number = 0
        next_report_at = begun_at + REPORT_EVERY_S
        while not self._is_over.is_set():
            late_s = self.faults.holds_back_s if number % 2 else 0.0
            due_at = begun_at + number * FRAME_S + late_s
            while (left_s := due_at - time.monotonic()) > 0:
                self._listen()
                self._is_over.wait(min(left_s, 0.002))
            if self.faults.loses_every is None or number % self.faults.loses_every:
                self.rtp.sendto(_frame(number), peer)
                self._sent += 1
            number += 1
            if time.monotonic() >= next_report_at and self._may_report():
                next_report_at += REPORT_EVERY_S
                self.rtcp.sendto(self._report(number), (peer[0], peer[1] + 1))

    def _listen(self) -> None:
        try:
            while packet := self.rtp.recv(2048):
                self._heard += 1
                self._asterisk_ssrc = int.from_bytes(packet[8:12], "big")
        except BlockingIOError:
            pass
        try:
            while packet := self.rtcp.recv(2048):
                if packet[1] == SENDER_REPORT:
                    middle = int.from_bytes(packet[10:14], "big")
                    self._last_report = (middle, time.monotonic())
        except BlockingIOError:
            pass

    def _may_report(self) -> bool:
        """Whether enough time has passed since Asterisk's report for the wished round trip."""
        if self._last_report is None:
            return True
        return time.monotonic() - self._last_report[1] >= self.faults.answers_after_s

    def _report(self, frames: int) -> bytes:
        now_s = time.time() + _NTP_EPOCH_S
        ntp = int(now_s * 2**32)
        info = _SENDER_INFO.pack(
            0x81,
            SENDER_REPORT,
            12,
            SSRC,
            ntp,
            frames * FRAME_SAMPLES,
            self._sent,
            self._sent * FRAME_SAMPLES,
        )
        last, delay = 0, 0
        if self._last_report is not None:
            last, came_at = self._last_report
            told_s = max(0.0, time.monotonic() - came_at - self.faults.answers_after_s)
            delay = int(told_s * 65536)
        lost = self.faults.reported_lost
        return info + _REPORT_BLOCK.pack(
            self._asterisk_ssrc,
            lost << 24 | self._heard * lost // 256,
            self._heard,
            self.faults.reported_jitter,
            last,
            delay,
        )


def _frame(number: int) -> bytes:
    header = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * FRAME_SAMPLES, SSRC)
    return header + b"\xff" * FRAME_SAMPLES
