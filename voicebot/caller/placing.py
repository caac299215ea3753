"""Places a call and reports it: the phone, its recordings and the measurement together."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from voicebot.caller.audio_files import cut, write_wav
from voicebot.caller.call import CallPlan, HeldCall
from voicebot.caller.kept_call import keep_call
from voicebot.caller.measurement import MeasuredTurn, Recording, clock_origin_s, measure
from voicebot.caller.report import CallReport, SetUpTimes
from voicebot.caller.sound import RATE_HZ, Samples
from voicebot.errors import CallerError

# Around each answer's slice, so that recognition has some silence to start from.
SLICE_MARGIN_MS = 200


def place_call(
    plan: CallPlan, record_dir: Path, when_ready: Callable[[], None] = lambda: None
) -> CallReport:
    """Holds the call and leaves its recordings in `record_dir`. Raises CallerError.

    Everything is prepared before `when_ready` is called; the INVITE follows its return at once.
    """
    try:
        # The GPL part: only a process that really places a call loads it.
        from voicebot.caller.sip_phone import SipPhone
    except ImportError as error:
        raise CallerError("pjsua2 is missing: install the extra `caller`") from error
    record_dir.mkdir(parents=True, exist_ok=True)
    call = SipPhone(plan, record_dir / "pjsua.log").place(when_ready)
    waited = timedelta(seconds=time.monotonic() - call.invited_s)
    return report_call(plan, call, datetime.now(UTC) - waited, record_dir)


def report_call(
    plan: CallPlan, call: HeldCall, placed_at: datetime, record_dir: Path
) -> CallReport:
    """Writes the recordings and measures them."""
    said, heard = _samples(call.said), _samples(call.heard)
    write_wav(record_dir / "said.wav", said)
    write_wav(record_dir / "heard.wav", heard)
    write_wav(record_dir / "conversation.wav", said, heard)
    turns = measure(Recording(said, heard, tuple(call.spoken), tuple(call.missing)))
    origin_s = clock_origin_s(call.arrivals_s) if call.arrivals_s else None
    invite_offset_ms = None if origin_s is None else _ms(origin_s, call.invited_s)
    keep_call(record_dir, call.spoken, call.missing, invite_offset_ms)
    failure = _failure(call)
    return CallReport(
        number=plan.number,
        server=f"{plan.host}:{plan.port}",
        caller=plan.caller,
        placed_at=placed_at,
        is_held=failure is None,
        sip_status=call.sip_status,
        sip_reason=call.sip_reason,
        failure=failure,
        hung_up_by=None if failure else "caller" if call.ended_by_us else "agent",
        ended_ms=_ms(call.invited_s, call.ended_s),
        duration_ms=len(heard) * 1000 // RATE_HZ,
        set_up=_set_up(call, origin_s, turns),
        invite_offset_ms=invite_offset_ms,
        turns=turns,
        rtp=call.rtp,
        record_dir=str(record_dir),
        answer_files=tuple(_write_answer(record_dir, heard, turn) for turn in turns),
    )


def _samples(frames: list[bytes]) -> Samples:
    return np.frombuffer(b"".join(frames), dtype="<i2").astype(np.int16)


def _ms(since_s: float, until_s: float | None) -> int | None:
    return None if until_s is None else round((until_s - since_s) * 1000)


def _set_up(call: HeldCall, origin_s: float | None, turns: tuple[MeasuredTurn, ...]) -> SetUpTimes:
    greeting = turns[0].answer
    greeting_s = (
        None if greeting is None or origin_s is None else origin_s + greeting.start_ms / 1000
    )
    # Packets are counted from time to time, but none can come after its own sound.
    packets_s = [at for at in (call.first_packet_s, greeting_s) if at is not None]
    return SetUpTimes(
        ringing_ms=_ms(call.invited_s, call.ringing_s),
        answered_ms=_ms(call.invited_s, call.answered_s),
        first_packet_ms=_ms(call.invited_s, min(packets_s, default=None)),
        greeting_ms=_ms(call.invited_s, greeting_s),
    )


def _failure(call: HeldCall) -> str | None:
    if call.answered_s is not None:
        return None
    if call.gave_up:
        waited_s = round((call.ended_s or call.invited_s) - call.invited_s)
        return f"nobody answered within {waited_s} s"
    return f"{call.sip_status} {call.sip_reason}"


def _write_answer(record_dir: Path, heard: Samples, turn: MeasuredTurn) -> str | None:
    if turn.answer is None:
        return None
    name = f"answer-{turn.number}.wav"
    write_wav(record_dir / name, cut(heard, turn.answer, SLICE_MARGIN_MS))
    return name
