from fnmatch import fnmatchcase
from pathlib import Path

from tests.stack_fixture import settings_of_own_stack
from voicebot.settings import Settings
from voicebot.shared_state import keys
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import Program, programs_of
from voicebot.stack.readiness import ReadinessProbe, lease_pattern
from workers.contract import Stage, worker_key


def program(name: str) -> Program:
    paths = StackPaths(Path("/state"), Path("/root-directory"))
    programs = programs_of(Settings.model_validate({}), paths, is_root=False)
    return next(program for program in programs if program.name == name)


PID = 4711


def test_a_worker_is_known_by_the_lease_of_its_own_process() -> None:
    for stage in Stage:
        key = worker_key(stage, f"some-host-{PID}")
        pattern = lease_pattern(program(f"worker-{stage}"), PID)
        assert pattern is not None
        assert fnmatchcase(key, pattern)
        assert not fnmatchcase(worker_key(stage, "some-host-42"), pattern)


def test_an_agent_is_known_by_the_lease_of_its_number() -> None:
    assert lease_pattern(program("agent-2"), PID) == keys.agent("*-2")


def test_servers_hold_no_lease() -> None:
    assert lease_pattern(program("redis"), PID) is None


def test_where_nobody_listens_nothing_is_ready(tmp_path: Path) -> None:
    probe = ReadinessProbe(settings_of_own_stack(tmp_path))
    assert not any(
        probe.is_ready(program(name), PID)
        for name in ("redis", "asterisk", "guardian", "worker-stt", "agent-1")
    )
    assert probe.redis_setting("appendonly") is None
