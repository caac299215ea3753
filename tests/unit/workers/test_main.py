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


def test_a_pool_of_another_stage_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["stt", "--pool", "llm.large"])
    assert "llm.large" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pools", "told"),
    [('{"llm.large": {"llm_slots": 0}}', "llm_slots"), ('{"llm.large": {"speed": 1}}', "speed")],
)
def test_wrong_settings_of_a_pool_end_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pools: str, told: str
) -> None:
    monkeypatch.setenv("VOICEBOT_POOLS", pools)
    assert main(["llm", "--pool", "llm.large"]) == EXIT_SETTINGS_INVALID
    assert told in capsys.readouterr().err
