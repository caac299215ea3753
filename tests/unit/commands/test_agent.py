"""What the command that answers calls may be given."""

import typer
from typer.testing import CliRunner

from voicebot.commands.agent import register


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
