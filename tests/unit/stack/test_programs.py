import sys
from pathlib import Path

import pytest

from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import Program, Readiness, chosen, programs_of
from voicebot.stack.readiness import lease_pattern

PATHS = StackPaths(Path("/state"), Path("/root-directory"))


def programs(*, is_root: bool = True, **changes: object) -> dict[str, Program]:
    settings = Settings.model_validate({"agent_processes": 2, "redis_address": "", **changes})
    return {program.name: program for program in programs_of(settings, PATHS, is_root=is_root)}


def test_servers_start_before_those_who_need_them() -> None:
    phases = {name: program.phase for name, program in programs().items()}
    assert phases["redis"] < phases["asterisk"] < phases["agent-1"]
    assert phases["redis"] < phases["worker-stt"] < phases["agent-1"]
    assert phases["guardian"] < phases["agent-1"]


def test_calls_that_end_as_the_node_stops_find_somebody_to_record_them() -> None:
    phases = {name: program.phase for name, program in programs().items()}
    assert phases["records"] < phases["asterisk"]


def test_as_many_agents_start_as_are_set() -> None:
    names = programs(agent_processes=3)
    assert [name for name in names if name.startswith("agent-")] == [
        "agent-1",
        "agent-2",
        "agent-3",
    ]
    assert names["agent-3"].command[-2:] == ("--number", "3")


def test_a_redis_elsewhere_is_not_started_here() -> None:
    assert "redis" not in programs(redis_address="10.0.0.1:6379")


def test_a_panel_starts_unless_it_has_no_port() -> None:
    assert programs()["panel"].command[-1] == "panel"
    assert "panel" not in programs(panel_port=0)


def test_started_by_root_asterisk_runs_before_the_others() -> None:
    as_root = programs()
    assert as_root["asterisk"].command[:3] == ("nice", "-n", "-5")
    assert [name for name, program in as_root.items() if "nice" in program.command] == ["asterisk"]


def test_without_root_nothing_asks_to_be_quicker_than_normal() -> None:
    assert "nice" not in programs(is_root=False)["asterisk"].command


def test_every_process_ends_when_the_process_runner_is_killed() -> None:
    for name, program in programs().items():
        # Asterisk's is set inside its root directory: asterisk/enter_root.
        assert name == "asterisk" or "--pdeathsig" in program.command


def test_every_process_is_observed_in_its_own_way() -> None:
    readiness = {name: program.readiness for name, program in programs().items()}
    assert readiness["redis"] is Readiness.REDIS_ANSWERS
    assert readiness["asterisk"] is Readiness.ARI_ANSWERS
    assert readiness["worker-tts"] is Readiness.WORKER_LEASE
    assert readiness["agent-2"] is Readiness.AGENT_LEASE
    assert readiness["guardian"] is Readiness.GUARDIAN_LISTENS


def test_naming_none_chooses_all() -> None:
    everything = tuple(programs().values())
    assert chosen(everything, ()) == everything


def test_a_group_is_chosen_by_its_name() -> None:
    names = [program.name for program in chosen(programs().values(), ("agent", "redis"))]
    assert names == ["redis", "agent-1", "agent-2"]


def test_an_unknown_name_is_refused_and_the_known_ones_are_told() -> None:
    with pytest.raises(StackError, match=r"no process postgres; there are .*redis"):
        chosen(programs().values(), ("postgres",))


def test_an_engine_with_an_environment_of_its_own_runs_there() -> None:
    python = "/cache/engines/llama-cpp/bin/python"
    workers = programs(llm_python=python)
    assert python in workers["worker-llm"].command
    assert python not in workers["worker-stt"].command
    assert sys.executable in programs()["worker-llm"].command


def test_each_pool_that_is_set_has_a_worker_of_its_own() -> None:
    workers = programs(pools={"llm.large": {"llm_url": "http://10.0.0.7:8000/v1"}})
    large = workers["worker-llm.large"]
    assert large.command[-3:] == ("llm", "--pool", "llm.large")
    assert lease_pattern(large, 7) == "worker:llm:*-7"
    assert "worker-llm" in workers
