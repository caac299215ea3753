"""The audio of messages, as it lies on disk."""

import wave
from pathlib import Path

import pytest

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.errors import StoreError
from voicebot.store.message_audio import MessageAudio


@pytest.mark.parametrize(
    ("encoding", "rate_hz"), [("ulaw", 8000), ("alaw", 8000), ("slin16", 16_000)]
)
async def test_a_message_can_be_played(tmp_path: Path, encoding: str, rate_hz: int) -> None:
    code = Encoding(encoding)
    path = await MessageAudio(tmp_path).save(CallId("node1-1.1"), code.silence_frame * 50, code)
    assert path == "messages/node1-1.1.wav"
    with wave.open(str(tmp_path / path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate_hz, 1, 2)
        assert file.getnframes() == rate_hz


async def test_without_audio_there_is_no_file(tmp_path: Path) -> None:
    assert await MessageAudio(tmp_path).save(CallId("1.1"), b"", Encoding.ULAW) is None
    assert not (tmp_path / "messages").exists()


async def test_no_call_s_id_leads_out_of_the_directory(tmp_path: Path) -> None:
    path = await MessageAudio(tmp_path).save(CallId("../../etc/x"), b"\xff" * 160, Encoding.ULAW)
    assert path is not None
    assert (tmp_path / path).resolve().parent == tmp_path / "messages"


async def test_a_disk_that_takes_nothing_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "messages").write_text("not a directory")
    with pytest.raises(StoreError, match="was not kept"):
        await MessageAudio(tmp_path).save(CallId("1.1"), b"\xff" * 160, Encoding.ULAW)
