"""What `voicebot dial` says, and exits with."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog
import yaml
from typer.testing import CliRunner, Result

from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallId
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.cli import app
from voicebot.commands.dial import _exit_code, _told
from voicebot.outbound import DialResult

NUMBER = "+12025550123"
CALL = CallId("node1-out-1")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """The command runs in this very process, and its streams end with it."""
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("result", "code", "words"),
    [
        (DialResult(DialStatus.ANSWERED, CALL, hangup_cause=16), 0, "answered"),
        (DialResult(None, CALL), 0, "under way"),
        (DialResult(DialStatus.BUSY, CALL, hangup_cause=17), 1, "busy"),
        (DialResult(None, CALL, was_placed_before=True), 0, "placed before"),
        (
            DialResult(DialStatus.REFUSED, refused=Refused(Refusal.HOURS, "try later")),
            3,
            "hours: try later",
        ),
    ],
)
def test_each_result_is_told_and_has_its_exit_code(
    result: DialResult, code: int, words: str
) -> None:
    assert _exit_code(result) == code
    assert words in _told(result)


def _dial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> Result:
    business = {
        "name": "Shop",
        "dids": ["+12025550100"],
        "persona": "You help.",
        "greeting": "You speak with a machine.",
    }
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(business))
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_BUSINESS_FILE", str(tmp_path / "shop.yaml"))
    return CliRunner().invoke(app, ["dial", NUMBER, *arguments])


def test_a_business_without_rules_rings_nobody_and_needs_no_asterisk_to_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _dial(tmp_path, monkeypatch, ["--json"])
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert (told["status"], told["refused"]) == ("refused", "not-set-up")
    assert NUMBER not in result.output
