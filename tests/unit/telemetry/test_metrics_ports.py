"""Each process has a port of its own."""

from pathlib import Path

from voicebot.settings import Settings
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import programs_of
from voicebot.telemetry.metrics_ports import LAST_OFFSET, MOST_AGENTS, OFFSETS, metrics_port


def test_no_two_processes_share_one() -> None:
    names = [f"agent-{number}" for number in range(1, MOST_AGENTS + 1)] + list(OFFSETS)
    ports = [metrics_port(9200, name) for name in names]
    assert len(set(ports)) == len(ports)
    assert min(ports) == 9200
    assert max(ports) <= 9200 + LAST_OFFSET


def test_without_a_first_port_or_a_place_there_is_none() -> None:
    assert metrics_port(0, "agent-1") == 0
    assert metrics_port(9200, f"agent-{MOST_AGENTS + 1}") == 0
    assert metrics_port(9200, "redis") == 0


def test_the_stack_tells_each_worker_its_port(tmp_path: Path) -> None:
    pools: dict[str, dict[str, str]] = {
        "llm.large": {},
        "llm.small": {},
        "stt.fast": {},
        "stt.accurate": {},
    }
    settings = Settings.model_validate(
        {"state_dir": tmp_path, "metrics_first_port": 9200, "pools": pools}
    )
    told = {
        program.name: program.command[-1]
        for program in programs_of(settings, StackPaths.of(settings), is_root=False)
        if "--metrics-port" in program.command
    }
    workers = {name: str(9200 + at) for name, at in OFFSETS.items() if name.startswith("worker-")}
    assert told == workers
