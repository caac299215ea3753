"""Human recordings and their texts."""

import gzip
from pathlib import Path

import pytest

from voicebot.caller.recordings import (
    PROMPT_TEXTS,
    PROMPTS,
    asterisk_prompts,
    prompt_texts,
    recordings_in,
)
from voicebot.errors import CallerError


def test_prompts_that_are_whole_speech_are_taken() -> None:
    lines = (
        "; a comment: with a colon",
        "agent-pass: Please enter your password.",
        "beep: [this is a simple beep tone]",
        "queue-quantity1: Currently, there are more than ...",
        "dir-last: ... letters of your last name.",
        "no text here",
        "silence/2: (2 seconds of silence)",
        "exit: Press # to exit.",
    )
    assert list(prompt_texts(lines)) == [("agent-pass", "Please enter your password.")]


def test_prompts_without_their_file_are_left_out(tmp_path: Path) -> None:
    (tmp_path / PROMPTS).mkdir(parents=True)
    (tmp_path / PROMPTS / "hello.wav").touch()
    texts = tmp_path / PROMPT_TEXTS
    texts.parent.mkdir(parents=True)
    texts.write_bytes(gzip.compress(b"hello: Hello there.\ngone: It is gone.\n"))
    (prompt,) = asterisk_prompts(tmp_path)
    assert (prompt.name, prompt.text) == ("hello", "Hello there.")


def test_a_root_without_texts_is_complained_of(tmp_path: Path) -> None:
    with pytest.raises(CallerError):
        asterisk_prompts(tmp_path)


def test_a_directory_holds_a_text_beside_each_recording_or_one_list(tmp_path: Path) -> None:
    for name in ("one", "001", "textless"):
        (tmp_path / f"{name}.wav").touch()
    (tmp_path / "one.txt").write_text("What are your\nopening hours?\n")
    (tmp_path / "cards.transcription").write_text("<s> ten of clubs  </s> (001)\n")
    found = {one.name: one.text for one in recordings_in(tmp_path)}
    assert found == {"one": "What are your opening hours?", "001": "ten of clubs"}


def test_a_directory_without_recordings_is_complained_of(tmp_path: Path) -> None:
    with pytest.raises(CallerError):
        recordings_in(tmp_path)
