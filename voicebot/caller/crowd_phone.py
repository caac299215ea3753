"""A SIP phone that holds many calls at once and records what each of them hears.

pjsua2 is GPL: this module is loaded only by a process of its own. All audio stays in pjsua's own
bridge: no frame passes through the interpreter, so that a dozen callers cost little of a core.
"""

import gc
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pjsua2 as pj

from voicebot.caller.crowd import (
    RUNG_BACK_KEY_AFTER_S,
    CrowdCall,
    CrowdCaller,
    CrowdSession,
    Leave,
    PressKey,
    Speak,
    Wish,
)
from voicebot.caller.crowd_plan import CALLS_OF_A_PROCESS, CrowdPlan
from voicebot.caller.sip_phone import CODECS
from voicebot.caller.sound import RATE_HZ
from voicebot.errors import CallerError

POLL_MS = 20
LOOK_EVERY_S = 0.25
GOODBYE_S = 1.0
# -36 dBFS; comfort noise stays below.
SOUND_AMPLITUDE = 500
WAV_HEADER_BYTES = 44


class _Call(pj.Call):  # type: ignore[misc]
    """One call of the crowd. Its callbacks run in the polling thread."""

    def __init__(
        self, account: pj.Account, plan: CrowdPlan, session: CrowdSession, call_id: int = -1
    ) -> None:
        super().__init__(account, call_id)
        self.session = session
        self._plan = plan
        self._audio: pj.AudioMedia | None = None
        self._recorder: pj.AudioMediaRecorder | None = None
        self._player: pj.AudioMediaPlayer | None = None
        self._hangs_up = False
        self._read_to = WAV_HEADER_BYTES
        self._heard_sound = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 — pjsua's name
        now_s, info = time.monotonic(), self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.session.answered(now_s)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            if self.session.call.ended_at_s is None:
                self.session.ended(now_s, info.lastStatusCode, by_caller=self._hangs_up)
            self._audio = self._recorder = self._player = None

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if self._audio is None and info.media[0].status == pj.PJSUA_CALL_MEDIA_ACTIVE:
            self._audio = self.getAudioMedia(0)
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(str(self._plan.recording_of(self.session.call.number)))
            self._audio.startTransmit(self._recorder)
            self.session.recorded(time.monotonic())

    def look(self, now_s: float) -> None:
        """Hears whether there is sound, and does what comes next."""
        if self._audio is None:
            return
        for doing in self.session.look(now_s, is_sound=self._hears_sound()):
            match doing:
                case PressKey(digit):
                    self.dialDtmf(digit)
                case Speak():
                    self._player = pj.AudioMediaPlayer()
                    self._player.createPlayer(str(self._plan.question), pj.PJMEDIA_FILE_NO_LOOP)
                    self._player.startTransmit(self._audio)
                case Leave():
                    self.leave(now_s)

    def _hears_sound(self) -> bool:
        """In what was written to the recording since the last look, or at that look.

        pjsua's own level of a call goes on to be that of the last sound.
        """
        recording = self._plan.recording_of(self.session.call.number)
        with recording.open("rb") as file:
            file.seek(self._read_to)
            written = file.read()
        written = written[: len(written) // 2 * 2]
        if written:
            self._read_to += len(written)
            loudest = np.abs(np.frombuffer(written, "<i2").astype(np.int32)).max()
            self._heard_sound = bool(loudest > SOUND_AMPLITUDE)
        return self._heard_sound

    def leave(self, now_s: float) -> None:
        """Hangs up: the call counts as over once that is sent."""
        self._hangs_up = True
        self.hangup(pj.CallOpParam(True))
        self.session.ended(now_s, self.session.call.sip_status or 200, by_caller=True)


class _Account(pj.Account):  # type: ignore[misc]
    """All callers of the process, and whoever answers when one is rung back."""

    def __init__(self, plan: CrowdPlan) -> None:
        super().__init__()
        self._plan = plan
        self.calls: list[_Call] = []

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 — pjsua's name
        now_s = time.monotonic()
        number = f"{self._plan.name}-{len(self.calls)}"
        rung = CrowdCaller(number, Wish.RUNG_BACK, 0.0, RUNG_BACK_KEY_AFTER_S)
        call = _Call(self, self._plan, CrowdSession(rung, now_s, asks=True), prm.callId)
        self.calls.append(call)
        called = call.getInfo().localUri.partition("sip:")[2].partition("@")[0]
        call.session.is_for(called)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)

    def ring(self, caller: CrowdCaller) -> None:
        """Places a caller's call."""
        plan = self._plan
        options = pj.CallOpParam(True)
        options.opt.audioCount, options.opt.videoCount = 1, 0
        options.txOption.localUri = f"<sip:{caller.number}@{plan.host}>"
        call = _Call(self, plan, CrowdSession(caller, time.monotonic(), asks=plan.asks))
        self.calls.append(call)
        call.makeCall(f"sip:{plan.number}@{plan.host}:{plan.port}", options)


def hold_crowd(plan: CrowdPlan) -> list[CrowdCall]:
    """Says "ready", begins when a line comes in, and returns when all is over. Raises CallerError.

    A process that is rung back is over when its standard input is.
    """
    with _endpoint(plan) as endpoint:
        account = _Account(plan)
        try:
            account.create(_account_of(plan))
            print("ready", file=sys.stderr, flush=True)
            if not sys.stdin.readline():
                raise CallerError("whoever wanted the crowd is gone")
            _hold(endpoint, account, plan)
            return [call.session.call for call in account.calls]
        except pj.Error as error:
            raise CallerError(f"the crowd's phone failed: {error.info()}") from error
        finally:
            # None of pjsua's objects may outlive libDestroy.
            account.calls.clear()
            del account
            gc.collect()


def _hold(endpoint: pj.Endpoint, account: _Account, plan: CrowdPlan) -> None:
    begun_s = looked_s = time.monotonic()
    to_ring = sorted(plan.callers, key=lambda caller: caller.rings_at_s, reverse=True)
    is_awaited = plan.answers_at is not None
    while to_ring or is_awaited or _are_up(account):
        endpoint.libHandleEvents(POLL_MS)
        now_s = time.monotonic()
        while to_ring and now_s - begun_s >= to_ring[-1].rings_at_s:
            account.ring(to_ring.pop())
        if now_s - looked_s >= LOOK_EVERY_S:
            looked_s = now_s
            is_awaited = is_awaited and not select.select([sys.stdin], [], [], 0)[0]
            for call in account.calls:
                call.look(now_s)
        if now_s - begun_s >= plan.limit_s:
            # Whoever is still there then is unaccounted for, and shows as such.
            break
    endpoint.hangupAllCalls()
    until_s = time.monotonic() + GOODBYE_S
    while time.monotonic() < until_s:
        endpoint.libHandleEvents(POLL_MS)


def _are_up(account: _Account) -> bool:
    return any(call.session.call.ended_at_s is None for call in account.calls)


def _account_of(plan: CrowdPlan) -> pj.AccountConfig:
    account = pj.AccountConfig()
    account.idUri = f"sip:{plan.name}@{plan.host}"
    account.mediaConfig.transportConfig.boundAddress = plan.host
    account.mediaConfig.transportConfig.port = 0
    return account


@contextmanager
def _endpoint(plan: CrowdPlan) -> Iterator[pj.Endpoint]:
    endpoint = pj.Endpoint()
    try:
        endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt, config.uaConfig.maxCalls = 0, CALLS_OF_A_PROCESS
        config.logConfig.level, config.logConfig.consoleLevel = 3, 0
        config.logConfig.filename = str(Path(plan.record_dir) / f"{plan.name}.log")
        media = config.medConfig
        media.clockRate = media.sndClockRate = RATE_HZ
        media.channelCount, media.noVad, media.ecTailLen = 1, True, 0
        endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = plan.host
        if plan.answers_at is not None:
            transport.boundAddress, transport.port = plan.answers_at
        endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        for codec in endpoint.codecEnum2():
            is_chosen = codec.codecId.startswith(CODECS["ulaw"])
            endpoint.codecSetPriority(codec.codecId, 255 if is_chosen else 0)
        yield endpoint
    except pj.Error as error:
        raise CallerError(f"the crowd's phone cannot start: {error.info()}") from error
    finally:
        with suppress(pj.Error):
            endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)
