"""No panel, rule or alert asks for a metric or a label that does not exist."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from tests.metric_list import series
from tests.stack_fixture import need
from voicebot.settings import PROJECT_DIR

OPS = PROJECT_DIR / "ops"
DASHBOARD = json.loads((OPS / "grafana" / "voicebot.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES = [
    rule
    for name in ("recording.yml", "alerts.yml")
    for group in yaml.safe_load((OPS / "prometheus" / name).read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]] + [
    rule["expr"] for rule in RULES
]
KNOWN = series()
# Prometheus itself adds these to everything it fetches.
ADDED = {"instance", "job"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_metric_asked_for_exists_with_these_labels(expression: str) -> None:
    names = set(re.findall(r"\b(?:voicebot|process)_[a-z_]+|\bup\b", expression))
    assert names
    assert names <= KNOWN.keys()
    allowed = {label for name in names for label in KNOWN[name]} | ADDED
    for listed in re.findall(r"(?:by|on|ignoring) \(([^)]*)\)", expression):
        assert {label.strip() for label in listed.split(",")} <= allowed
    for selector in re.findall(r"\{([^}]*)\}", expression):
        assert set(re.findall(r"([a-z_]+)(?:=~|!~|!=|=)", selector)) <= allowed


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_a_panel_has_its_place_and_asks_for_something(panel: dict[str, object]) -> None:
    place = panel["gridPos"]
    assert isinstance(place, dict)
    assert place["x"] + place["w"] <= 24
    assert panel["targets"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_no_two_panels_lie_on_each_other() -> None:
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("rule", [rule for rule in RULES if "alert" in rule])
def test_an_alert_says_how_urgent_it_is_and_what_is_wrong(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")


def test_prometheus_understands_its_configuration_and_the_rules() -> None:
    need("promtool", is_there=shutil.which("promtool") is not None)
    checked = subprocess.run(
        ["promtool", "check", "config", str(OPS / "prometheus" / "prometheus.yml")],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert checked.returncode == 0, checked.stderr
