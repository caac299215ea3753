"""`voicebot reload` and `voicebot up` on a stack that runs, without any process of ours."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.stack_fixture import stack_for_tests
from voicebot.cli import app
from voicebot.errors import BusinessFileInvalid
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack import asterisk_console
from voicebot.stack.supervisor_config import environment_of

DIDS = 'dids: ["1000", "+12025550100"]'


def test_a_new_number_is_in_force_and_nothing_was_started_anew(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.yaml"
    shutil.copy(PROJECT_DIR / "config" / "lakeside_bikes.yaml", file)
    with stack_for_tests(state_dir, "asterisk", business_file=file) as stack:
        for name, value in environment_of(stack.settings).items():
            monkeypatch.setenv(name, value)
        assert Settings.load().state_dir == stack.settings.state_dir
        [pid] = [one.pid for one in stack.status() if one.name == "asterisk"]

        file.write_text(file.read_text().replace(DIDS, 'dids: ["1000", "2000"]'))
        result = CliRunner().invoke(app, ["reload"])
        assert result.exit_code == 0, result.output
        assert "In force: extensions.conf." in result.output
        known = asterisk_console.ask(stack.paths, "dialplan show 2000@voicebot-numbers")
        assert "voicebot-inbound,2000,1" in known

        file.write_text(file.read_text().replace('"2000"', '"three thousand"'))
        result = CliRunner().invoke(app, ["reload"])
        assert isinstance(result.exception, BusinessFileInvalid)
        assert '"three thousand" is no number' in str(result.exception)
        assert known == asterisk_console.ask(stack.paths, "dialplan show 2000@voicebot-numbers")

        file.write_text(file.read_text().replace('"three thousand"', '"3000"'))
        stack.up(["asterisk"])
        known = asterisk_console.ask(stack.paths, "dialplan show 3000@voicebot-numbers")
        assert "voicebot-inbound,3000,1" in known
        assert [one.pid for one in stack.status() if one.name == "asterisk"] == [pid]
