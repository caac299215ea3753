"""A SIP phone that holds one call by its script and records both sides on one clock.

pjsua2 is GPL: this module is loaded only by a process that places calls.
All audio is prepared beforehand and SIP is polled by the calling thread,
so pjsua's clock thread needs the interpreter for about 0.2 ms a frame.
"""

import gc
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pjsua2 as pj

from voicebot.caller.call import CallPlan, HeldCall, PacketCounts
from voicebot.caller.headset import FRAME_BYTES, FRAME_MS, Headset
from voicebot.caller.measurement import Spoken
from voicebot.caller.script import (
    Answered,
    CallScript,
    Command,
    FrameHeard,
    HangUp,
    HangUpReason,
    HungUp,
    SendBack,
    SendDigits,
    Speak,
    StepDone,
)
from voicebot.caller.sound import RATE_HZ, LineListener, Samples, Span
from voicebot.errors import CallerError

POLL_MS = 10
# pjsua sends a digit as an RFC 4733 event; four take 810 ms (seen 2026-11).
DIGIT_MS = 200
GOODBYE_LIMIT_S = 3.0
PLAIN_TEXT = 0  # pjsip's name for a password that is no hash
SETTLING_S = 0.1
# Its wheel has no Opus. The recordings are narrow band whatever is spoken.
CODECS = {"ulaw": "PCMU/8000", "alaw": "PCMA/8000", "g722": "G722/16000"}


def local_address(host: str, port: int) -> str:
    """The own address from which `host` is reached."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, port))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise CallerError(f"{host}:{port} cannot be reached: {error}") from error


class _Line(pj.Call):  # type: ignore[misc]
    """The SIP side of the call. Its callbacks run in the polling thread."""

    def __init__(self, account: pj.Account, headset: Headset, call: HeldCall) -> None:
        super().__init__(account)
        self._headset, self._call = headset, call
        self.has_media = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 — pjsua's name
        now, info = time.monotonic(), self.getInfo()
        self._call.sip_status, self._call.sip_reason = info.lastStatusCode, info.lastReason
        if info.state == pj.PJSIP_INV_STATE_EARLY and self._call.ringing_s is None:
            self._call.ringing_s = now
        elif info.state in (pj.PJSIP_INV_STATE_CONNECTING, pj.PJSIP_INV_STATE_CONFIRMED):
            self._call.answered_s = self._call.answered_s or now
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._headset.is_recording = False
            self._call.ended_s = now

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        # A member of a pjsua2 value dangles once the value itself is collected: keep `info`.
        info = self.getInfo()
        if not self.has_media and info.media[0].status == pj.PJSUA_CALL_MEDIA_ACTIVE:
            audio = self.getAudioMedia(0)
            audio.startTransmit(self._headset)
            self._headset.startTransmit(audio)
            self._headset.is_recording = self.has_media = True


class SipPhone:
    """Everything of a call that can be prepared before it is placed; used for one call."""

    def __init__(self, plan: CallPlan, log_file: Path) -> None:
        self._plan = plan
        self._log_file = log_file
        self._frames = [_frames(utterance.samples) for utterance in plan.utterances]
        self._listener = LineListener()
        self._frames_listened = 0
        self._packets_missed = 0
        self._step: tuple[str, int, int] | None = None  # label, first frame, frames it takes

    def place(self, when_ready: Callable[[], None]) -> HeldCall:
        """Dials as soon as `when_ready` returns, holds the call to its end, and hangs up.

        Raises CallerError.
        """
        with _endpoint(self._plan, self._log_file) as endpoint:
            headset, account = Headset(), pj.Account()
            line: _Line | None = None
            # None of pjsua's objects may outlive libDestroy, or an assertion aborts the
            # process; the frames of a traceback would keep them.
            try:
                headset.createPort("headset", _telephone_format())
                account.create(_account_of(self._plan))
                when_ready()
                call = HeldCall(invited_s=time.monotonic())
                line = _Line(account, headset, call)
                self._hold(endpoint, headset, line, call)
                call.said, call.heard = headset.said[: len(headset.heard)], headset.heard
                call.arrivals_s = headset.arrivals_s
                return call
            except pj.Error as error:
                traceback.clear_frames(error.__traceback__)
                raise CallerError(f"the phone failed: {error.info()}") from error
            except BaseException as error:
                traceback.clear_frames(error.__traceback__)
                raise
            finally:
                del line, account, headset
                gc.collect()

    def _hold(self, endpoint: pj.Endpoint, headset: Headset, line: _Line, call: HeldCall) -> None:
        plan = self._plan
        options = pj.CallOpParam(True)
        options.opt.audioCount, options.opt.videoCount = 1, 0
        call.invited_s = time.monotonic()
        script = CallScript(plan.steps, plan.manners, call.invited_s)
        line.makeCall(f"sip:{plan.number}@{plan.host}:{plan.port}", options)
        was_answered = False
        try:
            while call.ended_s is None:
                endpoint.libHandleEvents(POLL_MS)
                now = time.monotonic()
                if call.answered_s is not None and not was_answered:
                    was_answered = True
                    self._carry_out(script.receive(Answered(), now), headset, line, call)
                self._look_at_packets(headset, line, call, now)
                for is_sound in self._listen(headset):
                    event = FrameHeard(is_sound, FRAME_MS)
                    self._carry_out(script.receive(event, now), headset, line, call)
                if self._step_is_done(headset, call):
                    self._carry_out(script.receive(StepDone(), now), headset, line, call)
                self._carry_out(script.on_deadline(now), headset, line, call)
            script.receive(HungUp(), time.monotonic())
        finally:
            self._hang_up(endpoint, line, call)

    def _carry_out(
        self, commands: Sequence[Command], headset: Headset, line: _Line, call: HeldCall
    ) -> None:
        for command in commands:
            first_frame = len(headset.said)
            match command:
                case Speak(index):
                    headset.say(self._frames[index])
                    label = self._plan.utterances[index].label
                    self._step = (label, first_frame, len(self._frames[index]))
                case SendBack(gain_db, delay_ms, length_ms):
                    headset.send_back(command)
                    label = f"echo {gain_db:g} dB {delay_ms} ms"
                    self._step = (label, first_frame, length_ms // FRAME_MS)
                case SendDigits(digits):
                    line.dialDtmf(digits)
                    frames = len(digits) * DIGIT_MS // FRAME_MS
                    self._step = (f"keys {digits}", first_frame, frames)
                case HangUp(reason):
                    call.gave_up = reason is HangUpReason.NOT_ANSWERED
                    call.ended_by_us = True
                    headset.is_recording = False
                    line.hangup(pj.CallOpParam(True))

    def _listen(self, headset: Headset) -> Iterator[bool]:
        while self._frames_listened < len(headset.heard):
            frame = headset.heard[self._frames_listened]
            self._frames_listened += 1
            yield self._listener.is_sound(np.frombuffer(frame, dtype="<i2"))

    def _step_is_done(self, headset: Headset, call: HeldCall) -> bool:
        if self._step is None:
            return False
        label, first_frame, frames = self._step
        # A frame more: the clock thread may have taken one while the step was queued.
        if headset.is_speaking or len(headset.said) < first_frame + frames + 1:
            return False
        sent = Span(first_frame * FRAME_MS, (first_frame + frames + 1) * FRAME_MS)
        call.spoken.append(Spoken(label, sent))
        self._step = None
        return True

    def _look_at_packets(self, headset: Headset, line: _Line, call: HeldCall, now: float) -> None:
        """Notes the first packet, and the frames for which the jitter buffer had none."""
        if not line.has_media or call.ended_s is not None or call.ended_by_us:
            return
        statistics, heard = line.getStreamStat(0), len(headset.heard)
        received = statistics.rtcp.rxStat
        if call.first_packet_s is None and received.pkt > 0:
            call.first_packet_s = now
        if missed := statistics.jbuf.empty - self._packets_missed:
            self._packets_missed += missed
            call.missing.append(Span(max(heard - missed, 0) * FRAME_MS, heard * FRAME_MS))
        call.rtp = PacketCounts(
            received.pkt, received.loss, received.discard, round(received.jitterUsec.mean / 1000, 1)
        )

    def _hang_up(self, endpoint: pj.Endpoint, line: _Line, call: HeldCall) -> None:
        if call.ended_s is None and line.isActive():
            line.hangup(pj.CallOpParam(True))
        now = time.monotonic()
        limit_s = now + GOODBYE_LIMIT_S
        # The call counts as over once BYE is sent; its answer comes later, and so does the
        # clock thread's letting go of the headset.
        settled_s = now + SETTLING_S
        while now < settled_s or (call.ended_s is None and now < limit_s):
            endpoint.libHandleEvents(POLL_MS)
            now = time.monotonic()


def _frames(samples: Samples) -> list[tuple[bytes, pj.ByteVector]]:
    audio = samples.astype("<i2").tobytes()
    audio += bytes(-len(audio) % FRAME_BYTES)
    frames = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
    return [(frame, pj.ByteVector(frame)) for frame in frames]


def _telephone_format() -> pj.MediaFormatAudio:
    audio_format = pj.MediaFormatAudio()
    audio_format.init(pj.PJMEDIA_FORMAT_PCM, RATE_HZ, 1, FRAME_MS * 1000, 16)
    return audio_format


def _account_of(plan: CallPlan) -> pj.AccountConfig:
    account = pj.AccountConfig()
    address = local_address(plan.host, plan.port)
    account.idUri = f"sip:{plan.caller}@{address}"
    if plan.account is not None:
        account.idUri = f"sip:{plan.account.name}@{address}"
        account.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", plan.account.name, PLAIN_TEXT, plan.account.password)
        )
    account.mediaConfig.transportConfig.boundAddress = address
    account.mediaConfig.transportConfig.port = 0
    return account


@contextmanager
def _endpoint(plan: CallPlan, log_file: Path) -> Iterator[pj.Endpoint]:
    endpoint = pj.Endpoint()
    with _standard_output_to(log_file):
        endpoint.libCreate()
    try:
        config = pj.EpConfig()
        config.uaConfig.threadCnt, config.uaConfig.maxCalls = 0, 1
        config.logConfig.level, config.logConfig.consoleLevel = 4, 0
        config.logConfig.filename = str(log_file)
        media = config.medConfig
        media.clockRate = media.sndClockRate = RATE_HZ
        media.channelCount, media.audioFramePtime = 1, FRAME_MS
        media.noVad, media.ecTailLen = True, 0
        endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = local_address(plan.host, plan.port)
        endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        _choose_codec(endpoint, plan.codec)
        yield endpoint
    except pj.Error as error:
        raise CallerError(f"the phone cannot start: {error.info()}") from error
    finally:
        # BYE has been answered by now: nothing is worth waiting a second for.
        endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)


def _choose_codec(endpoint: pj.Endpoint, codec: str) -> None:
    for info in endpoint.codecEnum2():
        endpoint.codecSetPriority(info.codecId, 0)
    name = CODECS[codec]
    endpoint.codecSetPriority(name, 255)
    # Concealed losses would hide the gaps that are to be measured, and smear where sounds end.
    parameters = endpoint.codecGetParam(name)
    parameters.setting.plc = parameters.setting.vad = False
    endpoint.codecSetParam(name, parameters)


@contextmanager
def _standard_output_to(log_file: Path) -> Iterator[None]:
    """pjlib greets on standard output before its log can be configured."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with log_file.open("ab") as log:
            os.dup2(log.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
