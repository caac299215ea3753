import sys
from pathlib import Path

import pytest

from voicebot.caller.speech import run_worker, spoken
from voicebot.errors import CallerError

# Speaks a text as that many samples, and counts how often it was asked.
SYNTHESIZER = """
import sys, wave
out, rate, text = sys.argv[2], int(sys.argv[4]), sys.argv[5]
open("asked", "a").write(text + "\\n")
if text == "unspeakable":
    sys.exit("some context\\nthat cannot be said")
with wave.open(out, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(rate)
    file.writeframes(bytes(2 * len(text)))
"""


@pytest.fixture
def synthesizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.chdir(tmp_path)
    return (sys.executable, "-c", SYNTHESIZER)


def test_a_text_is_spoken_once_and_kept(tmp_path: Path, synthesizer: tuple[str, ...]) -> None:
    for _ in range(2):
        assert len(spoken("hello", tmp_path, synthesizer)) == 5
    assert len(spoken("good morning", tmp_path, synthesizer)) == 12
    assert (tmp_path / "asked").read_text().splitlines() == ["hello", "good morning"]


def test_a_failed_synthesis_is_told_in_its_own_words_and_not_kept(
    tmp_path: Path, synthesizer: tuple[str, ...]
) -> None:
    for _ in range(2):
        with pytest.raises(CallerError, match="failed: that cannot be said"):
            spoken("unspeakable", tmp_path, synthesizer)
    assert not list((tmp_path / "caller-speech").glob("*.wav"))


def test_a_worker_that_does_not_end_is_ended() -> None:
    with pytest.raises(CallerError, match="TimeoutExpired"):
        run_worker((sys.executable, "-c", "import time; time.sleep(60)"), limit_s=0.2)


def test_a_program_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(CallerError, match="could not be run"):
        run_worker(("/nowhere/program",))
