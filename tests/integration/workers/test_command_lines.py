"""Speaking and transcribing without Redis, as the calling side does."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from workers.exit_codes import EXIT_ENGINE_MISSING

pytestmark = pytest.mark.usefixtures("workers")  # skips where engines are not installed
LIMIT_S = 120


def ran(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env=environment or None,
    )


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_what_is_spoken_to_a_file_is_read_from_it(tmp_path: Path, rate_hz: int) -> None:
    file = tmp_path / "spoken.wav"
    text = "Can somebody repair my bicycle on Tuesday?"
    done = ran("workers.tts.speak", "--out", str(file), "--rate", str(rate_hz), text)
    assert done.returncode == 0, done.stderr
    with wave.open(str(file)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (rate_hz, 1, 2)

    done = ran("workers.stt.transcribe", str(file), str(file))
    assert done.returncode == 0, done.stderr
    heard = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in heard] == [str(file)] * 2
    assert all("bicycle on tuesday" in line["text"].lower() for line in heard)
    assert all(0 < line["confidence"] <= 1 for line in heard)


def test_a_call_s_two_recordings_are_read_as_a_conversation(tmp_path: Path) -> None:
    caller, agent = tmp_path / "caller.wav", tmp_path / "agent.wav"
    for file, text in ((caller, "Can you repair my bicycle?"), (agent, "Yes, on Tuesday.")):
        done = ran("workers.tts.speak", "--out", str(file), text, VOICEBOT_TTS_ENGINE="hibari")
        assert done.returncode == 0, done.stderr
    done = ran("workers.stt.after_call", "--caller", str(caller), "--agent", str(agent))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    lines = {line["speaker"]: line["text"].lower() for line in told["lines"]}
    assert "bicycle" in lines["caller"]
    assert "tuesday" in lines["agent"]
    assert all(line["words"] for line in told["lines"])


def test_a_language_without_an_engine_is_named(tmp_path: Path) -> None:
    done = ran("workers.tts.speak", "--out", str(tmp_path / "a.wav"), "--language", "de", "Hallo.")
    assert (done.returncode, "installed for de" in done.stderr) == (EXIT_ENGINE_MISSING, True)


def test_a_text_without_words_is_refused(tmp_path: Path) -> None:
    done = ran("workers.tts.speak", "--out", str(tmp_path / "a.wav"), " ")
    assert (done.returncode, "nothing-to-say" in done.stderr) == (1, True)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = ran("workers.stt.transcribe", str(tmp_path / "absent.wav"))
    assert (done.returncode, "absent.wav" in done.stderr) == (1, True)


def test_a_missing_voice_is_named(tmp_path: Path) -> None:
    done = ran(
        "workers.tts.speak",
        "--out",
        str(tmp_path / "a.wav"),
        "Hello.",
        VOICEBOT_TTS_VOICE="/no/such.onnx",
    )
    assert (done.returncode, "VOICEBOT_TTS_VOICE" in done.stderr) == (EXIT_ENGINE_MISSING, True)
