from pathlib import Path

from voicebot.settings import Settings
from voicebot.stack.generated_secrets import with_generated_secrets

PASSWORDS = (
    "ari_password",
    "ami_password",
    "probe_password",
    "redis_password",
    "webhook_secret",
)


def settings(state_dir: Path, **passwords: str) -> Settings:
    none = dict.fromkeys(PASSWORDS, "")
    return Settings.model_validate({"state_dir": state_dir, **none, **passwords})


def test_missing_passwords_are_generated_and_written_down(tmp_path: Path) -> None:
    made = with_generated_secrets(settings(tmp_path))
    written = (tmp_path / "secrets.env").read_text()
    for name in PASSWORDS:
        password = getattr(made, name).get_secret_value()
        assert len(password) >= 32
        assert f"VOICEBOT_{name.upper()}={password}\n" in written


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with_generated_secrets(settings(tmp_path / "new"))
    assert (tmp_path / "new" / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").touch(mode=0o644)
    with_generated_secrets(settings(tmp_path))
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_password_that_is_set_is_kept(tmp_path: Path) -> None:
    made = with_generated_secrets(settings(tmp_path, ari_password="chosen"))
    assert made.ari_password.get_secret_value() == "chosen"
    assert "ARI" not in (tmp_path / "secrets.env").read_text()


def test_nothing_is_written_when_nothing_is_missing(tmp_path: Path) -> None:
    given = settings(tmp_path, **dict.fromkeys(PASSWORDS, "chosen"))
    assert with_generated_secrets(given) is given
    assert not (tmp_path / "secrets.env").exists()
