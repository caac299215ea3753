"""What does the command that reads a call's recordings say when it cannot? (How: contract.)"""

import json
from pathlib import Path

import numpy as np
import pytest

from workers.audio import Samples
from workers.settings import WorkerSettings
from workers.stt import after_call
from workers.stt.conversation import Word
from workers.stt.recording_engine import WordTimes
from workers.wav_files import write_wav


class FakeRecordings:
    """Hears one word a channel."""

    name = "fake"
    model = "fake"
    languages: tuple[str, ...] = ("en",)
    word_times = WordTimes.RECOGNIZER

    def words(self, samples: Samples, language: str) -> list[Word]:
        print("a package that talks")
        return [Word("hello", 0, samples.size // 16, 0.9)]


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def recordings(settings: WorkerSettings, language: str) -> FakeRecordings:
        return FakeRecordings()

    monkeypatch.setattr(after_call, "recordings", recordings)
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))


@pytest.fixture
def wav(tmp_path: Path) -> str:
    file = tmp_path / "caller.wav"
    write_wav(file, np.zeros(800, dtype=np.float32), 8_000)
    return str(file)


def test_standard_output_is_the_answer_alone(wav: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert after_call.main(["--caller", wav, "--agent", wav]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [line["speaker"] for line in told["lines"]] == ["caller", "agent"]
    assert told["lines"][0]["words"] == [
        {"text": "hello", "start_ms": 0, "end_ms": 100, "probability": 0.9}
    ]


def test_a_message_has_the_caller_alone(wav: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert after_call.main(["--caller", wav]) == 0
    assert [line["speaker"] for line in json.loads(capsys.readouterr().out)["lines"]] == ["caller"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--caller", "/no/such.wav"], 1, "unreadable"),
        (["--caller", "/no/such.wav", "--language", "de"], 3, "nothing is installed for de"),
    ],
)
def test_what_is_wrong_is_told_with_a_code_of_its_own(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert after_call.main(arguments) == code
    output = capsys.readouterr()
    assert said in output.err
    assert output.out == ""


def test_a_setting_that_is_wrong_is_told(
    wav: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICEBOT_STT_AFTER_CALL", "nobody")
    assert after_call.main(["--caller", wav]) == 2
    assert "VOICEBOT_STT_AFTER_CALL" in capsys.readouterr().err
