"""The command line says what is wrong before anything starts."""

import pytest

from workers.__main__ import main
from workers.exit_codes import EXIT_SETTINGS_INVALID


def test_a_wrong_setting_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICEBOT_STT_THREADS", "none")
    assert main(["stt"]) == EXIT_SETTINGS_INVALID
    assert "VOICEBOT_STT_THREADS" in capsys.readouterr().err


def test_an_unknown_stage_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["vision"])
    assert "vision" in capsys.readouterr().err
