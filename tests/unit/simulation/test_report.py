import json

from rich.console import Console

from voicebot.simulation import report
from voicebot.simulation.run import PlayedScenario, play
from voicebot.simulation.scenario import Lengths, Scenario, SimulatedQueue, Steady


def _played(per_hour: float) -> PlayedScenario:
    queue = SimulatedQueue(
        name="desk", slots=2, arrivals=Steady(per_hour=per_hour), handle_time=Lengths(mean_s=60)
    )
    return play(Scenario(name="an hour", duration_s=3600, queues=(queue,)))


def _shown(played: PlayedScenario) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(report.table(played))
    return captured.get()


def test_programs_and_people_are_told_the_same() -> None:
    played = _played(150.0)
    told = json.loads(report.as_json(played))["queues"][0]
    assert told["offered"] == told["answered"] == sum(told["fates"].values())
    assert f"{told['asa_s']:.1f} s" in _shown(played)
    assert f"{100 * told['estimates']['coverage']:.1f} %" in _shown(played)


def test_of_an_empty_day_nothing_is_claimed() -> None:
    played = _played(0.001)
    told = json.loads(report.as_json(played))["queues"][0]
    assert (told["offered"], told["asa_s"], told["estimates"]["coverage"]) == (0, None, None)
    assert "callers" in _shown(played)
