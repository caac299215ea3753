"""A call that an agent takes, and gives back."""

import wave
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.conftest import NUMBER, RECORDED_NUMBER
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import FRAME_BYTES, Call, place_call, tone
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode

AGENT_TONE_HZ = 1_000


@pytest.fixture
def agent(node: Node) -> Iterator[Agent]:
    with running_agent(node) as running:
        yield running


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def _call(
    callers: ThreadPoolExecutor,
    agent: Agent,
    work_dir: Path,
    caller: str,
    number: str = NUMBER,
    payload_type: int = 0,
) -> "Future[Call]":
    return callers.submit(
        place_call,
        agent.node,
        "uac-stays-expect-answer-and-bye",
        number,
        work_dir,
        caller=caller,
        payload_type=payload_type,
    )


def _frames(audio: bytes) -> set[bytes]:
    return {audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)}


def _read(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _pitch_hz(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * 8_000 / samples.size)


def test_an_offered_call_tells_its_codec_and_number_before_it_is_claimed(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = _call(callers, agent, tmp_path, "+4932000001")
    offered = agent.await_event("CallBroadcast")
    agent.ask("DELETE", f"channels/{offered['channel']['id']}")
    assert not call.result().is_as_expected
    assert (offered["caller"], offered["called"]) == ("+4932000001", NUMBER)
    assert offered["channel"]["channelvars"] == {
        "VOICEBOT_CODEC": "ulaw",
        "VOICEBOT_DID": NUMBER,
        "VOICEBOT_DIRECTION": "",
        "VOICEBOT_AGENT_NAME": "",
        "VOICEBOT_COUNTRY": "",
        "VOICEBOT_CALLBACK": "",
    }


def test_a_call_that_its_agent_ends_is_one_line_on_record_though_media_had_a_channel(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = _call(callers, agent, tmp_path, "+4932000002")
    start = agent.claim()
    channel_id = start["channel"]["id"]
    assert start["args"] == [NUMBER]
    agent.ask("POST", f"channels/{channel_id}/answer")
    with agent.open_media(channel_id, "ulaw"):
        agent.ask("DELETE", f"channels/{channel_id}", reason_code="16")
        assert call.result().is_as_expected
    record = records.line_of(agent.node, "+4932000002")
    assert (record["uniqueid"], record["handled_by"]) == (channel_id, "agent")
    assert record["voicemail"] == ""
    assert [r for r in records.lines(agent.node) if r["linkedid"] == channel_id] == [record]


def test_an_alaw_callers_audio_reaches_the_agent_bit_by_bit_and_is_recorded_apart(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = _call(callers, agent, tmp_path, "+4932000003", RECORDED_NUMBER, payload_type=8)
    channel_id = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    said = tone(AGENT_TONE_HZ, Encoding.ALAW)
    with agent.open_media(channel_id, "alaw") as media:
        media.send(said)
        heard = [m for m in (media.recv(timeout=5) for _ in range(60)) if isinstance(m, bytes)]
        agent.ask("DELETE", f"channels/{channel_id}")
    assert call.result().is_as_expected
    assert call.result().heard_payload_types == {8}
    assert set(heard) <= _frames(tone(encoding=Encoding.ALAW))
    for direction, hz in (("caller", 440), ("agent", AGENT_TONE_HZ)):
        # A second of the agent's and more of the caller's, in step.
        recorded = _read(agent.node.spool / "monitor" / f"{channel_id}-{direction}.wav")
        assert 0.8 < recorded.size / 8_000 < 2.5
        assert _pitch_hz(recorded) == pytest.approx(hz, abs=5)
    own = decode(said, Encoding.ALAW)
    assert np.isin(own, call.result().heard).all()


def test_a_call_that_its_agent_gives_back_hears_the_apology(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = _call(callers, agent, tmp_path, "+4932000004")
    channel_id = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    agent.ask("POST", f"channels/{channel_id}/continue", context="voicebot-fallback")
    agent.await_event("StasisEnd")
    until(
        lambda: "Playback" in agent.node.console("core show channels concise"),
        "the apology is played",
    )
    agent.ask("DELETE", f"channels/{channel_id}")
    assert call.result().is_as_expected
    assert records.line_of(agent.node, "+4932000004")["handled_by"] == "dialplan"


def test_a_call_whose_agent_lets_go_of_it_is_hung_up(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = _call(callers, agent, tmp_path, "+4932000005")
    channel_id = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    agent.ask("POST", f"channels/{channel_id}/continue")
    assert call.result().is_as_expected
    assert records.line_of(agent.node, "+4932000005")["hangup_cause"] == "16"
