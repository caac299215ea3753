"""Where settings come from, and which source wins."""

from pathlib import Path

import pytest

from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR, Settings, default_cache_dir


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, and nothing set in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VOICEBOT_{name.upper()}", raising=False)
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    return tmp_path


def chosen(state_dir: Path, text: str) -> None:
    (state_dir / "voicebot.env").write_text(text)


def generated(state_dir: Path, text: str) -> None:
    (state_dir / "secrets.env").write_text(text)


def test_without_any_source_the_defaults_hold(state_dir: Path) -> None:
    settings = Settings.load()
    assert settings.state_dir == state_dir
    assert settings.sip_port == 5060
    assert settings.bind_address == "127.0.0.1", "nothing listens beyond loopback unless set"
    assert settings.sip_address == "127.0.0.1"
    assert settings.ari_password.get_secret_value() == ""


def test_what_was_generated_comes_before_the_defaults(state_dir: Path) -> None:
    generated(state_dir, "VOICEBOT_ARI_PASSWORD=generated\nVOICEBOT_HTTP_PORT=8090\n")
    settings = Settings.load()
    assert settings.ari_password.get_secret_value() == "generated"
    assert settings.http_port == 8090


def test_the_operators_choice_comes_before_what_was_generated(state_dir: Path) -> None:
    generated(state_dir, "VOICEBOT_ARI_PASSWORD=generated\nVOICEBOT_REDIS_PASSWORD=generated\n")
    chosen(state_dir, "VOICEBOT_ARI_PASSWORD=chosen\n")
    settings = Settings.load()
    assert settings.ari_password.get_secret_value() == "chosen"
    assert settings.redis_password.get_secret_value() == "generated"


def test_the_environment_comes_before_everything(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated(state_dir, "VOICEBOT_SIP_PORT=5061\n")
    chosen(state_dir, "VOICEBOT_SIP_PORT=5062\n")
    monkeypatch.setenv("VOICEBOT_SIP_PORT", "5063")
    assert Settings.load().sip_port == 5063


def test_the_files_of_another_state_directory_are_not_read(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(state_dir, "VOICEBOT_SIP_PORT=5062\n")
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(state_dir / "elsewhere"))
    assert Settings.load().sip_port == 5060


def test_without_a_state_directory_the_projects_own_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VOICEBOT_STATE_DIR", "")
    assert Settings.load().state_dir == PROJECT_DIR / "var"


def test_settings_of_others_are_left_alone(state_dir: Path) -> None:
    chosen(state_dir, "VOICEBOT_STT_MODEL=base\nSOMETHING_ELSE=1\n# a remark\n\n")
    assert Settings.load().sip_port == 5060


@pytest.mark.parametrize("source", ["environment", "file"])
def test_a_value_that_cannot_be_names_its_variable(
    source: str, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "environment":
        monkeypatch.setenv("VOICEBOT_SIP_PORT", "five thousand")
    else:
        chosen(state_dir, "VOICEBOT_SIP_PORT=five thousand\n")
    with pytest.raises(ConfigurationError, match=r"VOICEBOT_SIP_PORT: .*valid integer"):
        Settings.load()


def test_all_values_that_cannot_be_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_AGENT_PROCESSES", "0")
    monkeypatch.setenv("VOICEBOT_NODE_NAME", "Node One")
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    assert "VOICEBOT_AGENT_PROCESSES" in str(caught.value)
    assert "VOICEBOT_NODE_NAME" in str(caught.value)


def test_passwords_of_trunks_that_are_no_json_are_named_and_not_shown(state_dir: Path) -> None:
    generated(state_dir, "VOICEBOT_TRUNK_PASSWORDS=beta:s3cret\n")
    with pytest.raises(ConfigurationError, match="trunk_passwords") as refused:
        Settings.load()
    assert "s3cret" not in str(refused.value)


def test_secrets_do_not_show_in_logs(state_dir: Path) -> None:
    generated(state_dir, "VOICEBOT_REDIS_PASSWORD=hidden\nVOICEBOT_LLM_API_KEY=hidden\n")
    assert "hidden" not in repr(Settings.load())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "redis://127.0.0.1:6390/0"),
        ("VOICEBOT_REDIS_PASSWORD=p@ss/word\n", "redis://:p%40ss%2Fword@127.0.0.1:6390/0"),
        ("VOICEBOT_REDIS_ADDRESS=redis.example:6379\n", "redis://redis.example:6379/0"),
        ("VOICEBOT_REDIS_PORT=7000\n", "redis://127.0.0.1:7000/0"),
    ],
)
def test_redis_is_found_by_its_settings(state_dir: Path, text: str, url: str) -> None:
    chosen(state_dir, text)
    assert Settings.load().redis_url == url


def test_the_database_is_a_file_of_the_installation_unless_named(state_dir: Path) -> None:
    assert Settings.load().resolved_database_url == f"sqlite+aiosqlite:///{state_dir}/voicebot.db"
    chosen(state_dir, "VOICEBOT_DATABASE_URL=postgresql+asyncpg://db/voicebot\n")
    assert Settings.load().resolved_database_url == "postgresql+asyncpg://db/voicebot"


def test_asterisk_is_found_by_its_settings(state_dir: Path) -> None:
    chosen(state_dir, "VOICEBOT_HTTP_PORT=9000\n")
    settings = Settings.load()
    assert (settings.ari_url, settings.media_url) == (
        "http://127.0.0.1:9000",
        "ws://127.0.0.1:9000",
    )


def test_big_things_are_cached_where_the_system_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "voicebot"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert default_cache_dir() == Path.home() / ".cache" / "voicebot"


def test_settings_cannot_be_changed_while_a_process_runs() -> None:
    settings = Settings.load()
    with pytest.raises(ValueError, match="frozen"):
        settings.sip_port = 1
