"""Metrics have few labels, none of them about a caller."""

import re

import pytest

from tests.metric_list import own_metrics
from voicebot.settings import PROJECT_DIR

METRICS = sorted(own_metrics().items())

# Each has few values: of an enumeration, of our code, or of the operator's files.
ALLOWED = {
    "budget", "cause", "chore", "code", "direction", "ended", "handled_by", "name", "operation",
    "outcome", "part", "pool", "queue", "reason", "remedy", "result", "route", "server", "source",
    "stage", "state", "step", "tier", "verdict", "why",
}  # fmt: skip


def test_both_kinds_of_processes_have_some() -> None:
    names = [name for name, _ in METRICS]
    assert "voicebot_turn_seconds" in names
    assert "voicebot_worker_seconds" in names


@pytest.mark.parametrize(("name", "labels"), METRICS)
def test_labels_are_few_and_known(name: str, labels: tuple[str, ...]) -> None:
    assert set(labels) <= ALLOWED
    assert len(labels) <= 3


@pytest.mark.parametrize("name", [name for name, _ in METRICS])
def test_names_follow_the_convention(name: str) -> None:
    assert re.fullmatch(r"voicebot(_[a-z]+)+", name)
    assert not name.endswith(("_ms", "_milliseconds", "_total"))


@pytest.mark.parametrize(("name", "labels"), METRICS)
def test_each_is_in_the_documentation(name: str, labels: tuple[str, ...]) -> None:
    text = (PROJECT_DIR / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert f"| `{name}` | {', '.join(labels)} |" in text
