"""Every command that the README names exists."""

import re

from typer.testing import CliRunner

from voicebot.cli import app
from voicebot.settings import PROJECT_DIR


def test_every_command_in_the_readme_exists() -> None:
    readme = (PROJECT_DIR / "README.md").read_text()
    named = set(re.findall(r"`?voicebot ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+))?", readme))
    assert named
    for command, maybe_sub in named:
        result = CliRunner().invoke(app, [command, "--help"])
        assert result.exit_code == 0, f"voicebot {command}: {result.output}"
        if maybe_sub in ("add", "list", "show", "remove", "latency"):
            result = CliRunner().invoke(app, [command, maybe_sub, "--help"])
            assert result.exit_code == 0, f"voicebot {command} {maybe_sub}: {result.output}"
