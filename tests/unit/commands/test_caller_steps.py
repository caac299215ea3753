"""The steps of a call, as they are given on the command line."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.caller.audio_files import write_wav
from voicebot.caller.script import Press, Say, SendBack
from voicebot.commands.caller_steps import script_of
from voicebot.errors import CallerError


@pytest.fixture
def cough(tmp_path: Path) -> Path:
    path = tmp_path / "cough.wav"
    write_wav(path, np.ones(80, np.int16))
    return path


def test_steps_are_done_in_the_order_given_and_each_wait_is_of_the_step_behind_it(
    cough: Path, tmp_path: Path
) -> None:
    steps, utterances = script_of(
        ["wav", "over", "echo", "dtmf", "over", "wav"],
        {"wav": [cough, cough], "echo": ["-12:100:1.5"], "dtmf": ["12#"]},
        [2.5, 0.5],
        tmp_path,
    )
    assert steps == (Say(0), SendBack(-12.0, 100, 1_500, 2_500), Press("12#"), Say(1, 500))
    assert [utterance.label for utterance in utterances] == ["cough.wav"] * 2


@pytest.mark.parametrize("echo", ["", "-12:100", "loud:100:1", "3:100:1", "-3:10:1", "-3:100:0"])
def test_an_echo_that_no_telephone_makes_is_refused(echo: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="--echo"):
        script_of(["echo"], {"echo": [echo]}, [], tmp_path)


@pytest.mark.parametrize("keys", ["", "12x", "1 2"])
def test_only_keys_can_be_pressed(keys: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="--dtmf"):
        script_of(["dtmf"], {"dtmf": [keys]}, [], tmp_path)
