"""Reads scenario files: YAML in, a validated scenario out."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from voicebot.errors import ScenarioFileInvalid
from voicebot.simulation.scenario import Scenario
from voicebot.yaml_places import line_of

SHIPPED = Path(__file__).with_name("scenarios")


def load_scenario(path: Path) -> Scenario:
    """A file, or the name of one that is shipped; raises ScenarioFileInvalid."""
    shipped = SHIPPED / f"{path}.yaml"
    if not path.exists() and shipped.is_file():
        path = shipped
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except FileNotFoundError as error:
        names = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        reason = f"there is no such file; shipped are {names}"
        raise ScenarioFileInvalid(str(path), (reason,)) from error
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
        raise ScenarioFileInvalid(str(path), (reason,)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioFileInvalid(str(path), (f"this is no YAML: {error}",)) from error
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        problems = []
        for fault in error.errors():
            place, said = fault["loc"], fault["msg"].removeprefix("Value error, ")
            where = ".".join(map(str, place))
            problems.append(f"line {line_of(text, place)}: {where}: {said}" if place else said)
        raise ScenarioFileInvalid(str(path), tuple(problems)) from error
