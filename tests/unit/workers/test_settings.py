"""Workers read the same settings as everybody else."""

from pathlib import Path

import pytest

from voicebot.settings import Settings
from workers.errors import SettingsInvalid
from workers.settings import WorkerSettings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WorkerSettings.model_fields:
        monkeypatch.delenv(f"VOICEBOT_{name.upper()}", raising=False)
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))


def test_every_setting_is_documented() -> None:
    assert all(field.description for field in WorkerSettings.model_fields.values())


def test_what_both_sides_know_has_the_same_default() -> None:
    theirs = Settings.model_fields
    # Each side describes state_dir in its own words, and finds it by its own place.
    shared = (WorkerSettings.model_fields.keys() & theirs.keys()) - {"state_dir"}
    assert {"redis_port", "llm_slots", "stt_threads"} <= shared
    for name in shared:
        assert WorkerSettings.model_fields[name].default == theirs[name].default, name


def test_the_operator_s_file_wins_over_the_generated_one(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("VOICEBOT_REDIS_PASSWORD=p@ss\nVOICEBOT_LLM_SLOTS=2\n")
    (tmp_path / "voicebot.env").write_text("VOICEBOT_LLM_SLOTS=8\n")
    settings = WorkerSettings.load()
    assert settings.llm_slots == 8
    assert settings.redis_url == "redis://:p%40ss@127.0.0.1:6390/0"
    assert settings.redis_url == Settings.load().redis_url


def test_the_environment_wins_over_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "voicebot.env").write_text("VOICEBOT_REDIS_ADDRESS=other:1\n")
    monkeypatch.setenv("VOICEBOT_REDIS_ADDRESS", "redis.internal:6379")
    assert WorkerSettings.load().redis_url == "redis://redis.internal:6379/0"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_LLM_SLOTS", "0")
    with pytest.raises(SettingsInvalid, match="VOICEBOT_LLM_SLOTS"):
        WorkerSettings.load()
