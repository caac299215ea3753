import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from voicebot.commands import phone
from voicebot.errors import ConfigurationError
from voicebot.stack import asterisk_console


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_SIP_ADDRESS", "127.0.0.1")
    made = typer.Typer()
    phone.register(made)
    return made


def _run(app: typer.Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["phone", *arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_a_new_phone_is_told_all_that_a_softphone_asks_for(app: typer.Typer) -> None:
    output = _run(app, "add", "desk1")
    assert re.search(r"SIP server +127\.0\.0\.1:\d+ \(UDP\)", output)
    assert re.search(r"user name +desk1", output)
    assert re.search(r"password +\S{20,}", output)
    assert "VOICEBOT_SIP_ADDRESS" not in output


def test_a_stopped_asterisk_is_no_fault(app: typer.Typer) -> None:
    assert "after `voicebot up`" in _run(app, "add", "desk1")


def test_a_running_asterisk_is_told_of_a_new_phone_and_of_a_removed_one(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(asterisk_console, "is_running", lambda _paths: True)
    monkeypatch.setattr(asterisk_console, "ask", lambda _paths, command: told.append(command))
    installed = tmp_path / "asterisk" / "etc" / "phones" / "desk1.conf"
    installed.parent.parent.mkdir(parents=True)
    assert "voicebot up" not in _run(app, "add", "desk1")
    assert installed.exists()
    _run(app, "remove", "desk1")
    assert not installed.exists()
    assert told == ["module reload res_pjsip.so"] * 2


def test_a_network_that_cannot_reach_asterisk_is_told_which_setting_to_change(
    app: typer.Typer,
) -> None:
    output = _run(app, "add", "desk1", "--network", "192.168.1.0/24")
    assert "VOICEBOT_SIP_ADDRESS" in output


def test_phones_are_listed_without_their_passwords(app: typer.Typer) -> None:
    password = re.search(r"password +(\S+)", _run(app, "add", "desk1"))
    listed = _run(app, "list")
    assert "desk1" in listed
    assert password is not None
    assert password[1] not in listed


def test_a_removed_phone_is_listed_no_more(app: typer.Typer) -> None:
    _run(app, "add", "desk1")
    _run(app, "remove", "desk1")
    assert "desk1" not in _run(app, "list")


def test_a_network_that_is_none_is_said_to_be_none(app: typer.Typer) -> None:
    with pytest.raises(ConfigurationError, match="is no network"):
        _run(app, "add", "desk1", "--network", "home")
