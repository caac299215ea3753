from pathlib import Path

import pytest

from voicebot.simulation.plots import draw
from voicebot.simulation.run import play
from voicebot.simulation.scenario import Lengths, Scenario, SimulatedQueue, Steady


def test_each_queue_gets_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    queue = SimulatedQueue(
        name="desk", slots=2, arrivals=Steady(per_hour=150), handle_time=Lengths(mean_s=60)
    )
    played = play(Scenario(name="an hour", duration_s=3600, queues=(queue,)))
    (path,) = draw(played, tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
