"""A scenario file is read, or its faults are named."""

from pathlib import Path

import pytest

from voicebot.errors import ScenarioFileInvalid
from voicebot.simulation.scenario_file import SHIPPED, load_scenario

GOOD = """\
name: small
duration_s: 600
queues:
  - name: desk
    slots: 2
    arrivals: {per_hour: 60, kind: steady}
    handle_time: {mean_s: 60}
"""


def _faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(ScenarioFileInvalid) as caught:
        load_scenario(path)
    assert caught.value.path == str(path)
    return caught.value.problems


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("shipped", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_shipped_can_be_played_by_its_name(shipped: Path) -> None:
    assert load_scenario(Path(shipped.stem)).queues


def test_a_good_file_is_a_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(_written(tmp_path / "small.yaml", GOOD))
    assert scenario.queues[0].slots == 2
    assert scenario.queues[0].patience is None


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("slots: 2", "slots: -2", "line 5: queues.0.slots: "),
        ("kind: steady", "kind: sometimes", "line 6: queues.0.arrivals: "),
        ("name: desk", "nmae: desk", "queues.0.nmae: "),
        ("duration_s: 600", "duration_s: 600\nwarm_up_s: 600", "nothing is left to count"),
        (
            "slots: 2",
            "slots: 2\n    changes: [{at_s: 9, slots: 1}, {at_s: 3, slots: 2}]",
            "in the order of their times",
        ),
        ("slots: 2", "slots: 2\n    vip: 0.7\n    returning: 0.7", "more than all callers"),
    ],
)
def test_faults_are_named_with_their_places(
    tmp_path: Path, was: str, becomes: str, said: str
) -> None:
    path = _written(tmp_path / "faulty.yaml", GOOD.replace(was, becomes))
    assert said in "\n".join(_faults(path))


def test_two_queues_have_two_names(tmp_path: Path) -> None:
    queue = GOOD[GOOD.index("  - name") :]
    assert "same name" in _faults(_written(tmp_path / "two.yaml", GOOD + queue))[0]


def test_who_names_no_file_hears_which_there_are() -> None:
    assert "swinging_load" in _faults(Path("nowhere"))[0]


def test_a_folder_or_no_yaml_is_no_scenario(tmp_path: Path) -> None:
    assert "cannot be read" in _faults(tmp_path)[0]
    assert "no YAML" in _faults(_written(tmp_path / "odd.yaml", "{"))[0]
