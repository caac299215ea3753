import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.cli import app
from voicebot.errors import ScenarioFileInvalid

SMALL = """\
name: small
duration_s: 3600
queues:
  - name: desk
    slots: 2
    arrivals: {per_hour: 60, kind: steady}
    handle_time: {mean_s: 60}
"""


def test_a_scenario_is_played_and_told(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    shown = CliRunner().invoke(app, ["simulate", "--scenario", str(path)])
    assert shown.exit_code == 0
    assert "average speed of answer" in shown.stdout
    told = CliRunner().invoke(app, ["simulate", "--scenario", str(path), "--json", "--seed", "2"])
    assert json.loads(told.stdout)["seed"] == 2


def test_a_scenario_that_is_not_there_is_named() -> None:
    result = CliRunner().invoke(app, ["simulate", "--scenario", "nowhere"])
    assert isinstance(result.exception, ScenarioFileInvalid)
    with pytest.raises(ScenarioFileInvalid):
        raise result.exception
