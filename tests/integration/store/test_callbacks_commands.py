"""Callbacks that are booked, moved and cancelled on the command line."""

from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from tests.unit.queueing.owed import DID, NUMBER
from voicebot.commands import callbacks

app = typer.Typer()
callbacks.register(app)
WINDOW = "2036-11-25 09:00-12:00 America/New_York"
SHOP = {
    "name": "Shop",
    "dids": [DID],
    "persona": "You help.",
    "greeting": "You speak with a machine.",
    "outbound": {"greeting": "This is the machine of the shop."},
    "callbacks": {},
}


@pytest.fixture(autouse=True)
def shop(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(SHOP))
    monkeypatch.setenv("VOICEBOT_BUSINESS_FILE", str(tmp_path / "shop.yaml"))
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["callbacks", *arguments])
    return result.exit_code, result.stdout + result.stderr


def booked(*arguments: str) -> str:
    code, told = run("book", NUMBER, *arguments)
    assert code == 0, told
    return told.partition(":")[0]


def test_a_callback_is_booked_moved_called_at_once_and_cancelled() -> None:
    callback_id = booked()
    assert run("move", callback_id, "--window", WINDOW) == (0, f"{callback_id}: {WINDOW}\n")
    assert run("call-now", callback_id) == (0, f"{callback_id}: as soon as it is its turn\n")
    assert "booked (booked-again)" in run("list")[1]
    assert run("cancel", callback_id) == (0, "cancelled\n")
    assert run("cancel", callback_id)[0] == 1
    assert run("move", callback_id)[0] == 1
    assert run("call-now", callback_id)[0] == 1


def test_a_number_has_one_callback_however_often_it_is_booked() -> None:
    first = booked()
    assert booked("--window", WINDOW) == first
    assert run("list")[1].count(first) == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [(DID, "own-number"), ("+1 900 555 0123", "premium-rate"), ("12", "no-number")],
)
def test_what_may_not_be_rung_is_refused_with_its_reason(number: str, reason: str) -> None:
    code, told = run("book", number)
    assert code == 1
    assert f"refused ({reason})" in told


@pytest.mark.parametrize("wrong", [("--window", "tomorrow"), ("--business", "Nobody")])
def test_what_is_not_understood_is_told(wrong: tuple[str, str]) -> None:
    assert run("book", NUMBER, *wrong)[0] == 2
