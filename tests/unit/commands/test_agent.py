"""What the command that answers calls may be given."""

from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from tests.fakes.sample_business import content
from voicebot.commands.agent import register
from voicebot.errors import ConfigurationError


def an_app() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


def test_it_says_what_it_does() -> None:
    result = CliRunner().invoke(an_app(), ["--help"])
    assert result.exit_code == 0
    assert "Answer calls until told to stop" in result.output


def test_agents_are_counted_from_one() -> None:
    result = CliRunner().invoke(an_app(), ["--number", "0"])
    assert result.exit_code == 2


def test_an_agent_that_cannot_be_imported_is_refused_before_any_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(content(agents={"1000": "nowhere.to.be:Found"})))
    monkeypatch.setenv("VOICEBOT_BUSINESS_FILE", str(file))
    refused = CliRunner().invoke(an_app(), []).exception
    assert isinstance(refused, ConfigurationError)
    assert 'Lakeside Bikes: agents: "nowhere.to.be:Found" cannot be imported' in str(refused)
