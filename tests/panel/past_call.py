"""A call that is over, with all that can remain of one."""

import wave
from dataclasses import replace
from datetime import datetime

from tests.fakes.sample_calls import a_record, a_turn
from tests.panel.panel_server import DID, Panel
from voicebot.calls.model import (
    CallbackReason,
    CallbackRequest,
    CallId,
    CallQuality,
    Outcome,
    Route,
    StageTimings,
    Tier,
)
from voicebot.calls.transcript import CallTranscript, SpokenLine, SpokenWord
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding

CALLER = "+436601234567"
SAID = "<b>Grüß</b> Gott"
_RATE_HZ = 8_000


def keep_past_call(panel: Panel, call_id: str = "past-1", did: str = DID) -> None:
    """Does it once, whoever asks again."""
    folder = panel.folder / "asterisk" / "spool" / call_id
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for side in ("caller", "agent"):
        with wave.open(str(folder / f"{side}.wav"), "wb") as sound:
            sound.setparams((1, 2, _RATE_HZ, 0, "NONE", ""))
            sound.writeframes(bytes(2 * _RATE_HZ))
    record = a_record(call_id, caller_number=CALLER, outcome=Outcome.FAILED)
    slow = StageTimings(400, 130, None, 160, 60, 470)
    panel.keep_call(
        replace(
            record,
            facts=replace(record.facts, call_id=CallId(call_id), called_number=did),
            turns=(
                replace(a_turn(0), heard="", timings=StageTimings()),
                replace(a_turn(1), heard=SAID, timings=slow, route=Route(Tier.LARGE, "long")),
            ),
            recording_caller=f"asterisk/spool/{call_id}/caller.wav",
            recording_agent=f"asterisk/spool/{call_id}/agent.wav",
            quality=CallQuality(4.0, 0.5, 3.0, None, 21.0, 4.2),
        ),
        None if call_id != "past-1" else _transcript(),
        [_wait(call_id, record.started_at)],
        CallbackRequest(
            CallId(call_id),
            "Bikes",
            did,
            f"{CALLER}{len(call_id)}{call_id[-1]}",
            CallbackReason.BROKEN,
            record.ended_at,
        ),
    )


def _wait(call_id: str, at: datetime) -> AdmissionRecord:
    return AdmissionRecord(
        CallId(call_id),
        at,
        QueueName(f"service@{DID}"),
        Rank.REGULAR,
        "Wait",
        "all-slots-taken",
        position=3,
        told_low_s=60,
        told_high_s=120,
        waited_s=74.0,
        ended=WaitEnding.ADMITTED,
    )


def _transcript() -> CallTranscript:
    words = (SpokenWord("Guten", 0, 400, 0.9), SpokenWord("Tag", 400, 900, 0.9))
    line = SpokenLine("caller", 0, 5_000, "Guten Tag", words)
    return CallTranscript("whisper", "small", "model", (line,))
