"""The stack on real servers: what comes up, what is restarted, and what is left in the end."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from tests.polling import until
from tests.stack_fixture import settings_of_own_stack, stack_for_tests
from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack.programs import Program, Readiness
from voicebot.stack.stack import ProgramStatus, Stack
from voicebot.stack.supervisor_control import ProcessState

LIMIT_S = 30.0


def status_of(stack: Stack, name: str) -> ProgramStatus:
    return next(status for status in stack.status() if status.name == name)


def processes_of(state_dir: Path) -> list[str]:
    """Command lines of all processes that name the state directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has just ended
        if str(state_dir) in command:
            found.append(command)
    return found


def mounts_of(path: Path) -> list[str]:
    return [
        line for line in Path("/proc/self/mounts").read_text().splitlines() if str(path) in line
    ]


def test_servers_come_up_and_are_ready(running_servers: Stack) -> None:
    assert status_of(running_servers, "redis").is_ready
    assert status_of(running_servers, "asterisk").is_ready
    assert status_of(running_servers, "agent-1").state == ProcessState.STOPPED


def test_a_second_up_leaves_running_processes_alone(running_servers: Stack) -> None:
    before = {status.name: status.pid for status in running_servers.status()}
    running_servers.up(["redis", "asterisk"])
    assert {status.name: status.pid for status in running_servers.status()} == before


def test_asterisk_runs_as_nobody_else_and_knows_no_secret_of_ours(running_servers: Stack) -> None:
    pid = status_of(running_servers, "asterisk").pid
    process = Path(f"/proc/{pid}")
    assert b"VOICEBOT_" not in (process / "environ").read_bytes()
    if os.geteuid() == 0:
        assert process.stat().st_uid != 0


def test_its_mounts_are_seen_by_asterisk_alone(running_servers: Stack) -> None:
    pid = status_of(running_servers, "asterisk").pid
    assert "/etc/asterisk" in Path(f"/proc/{pid}/mounts").read_text()
    assert mounts_of(running_servers.paths.asterisk_root) == []


def test_a_killed_asterisk_is_restarted(running_servers: Stack) -> None:
    before = status_of(running_servers, "asterisk").pid
    assert before is not None
    os.kill(before, signal.SIGKILL)

    def has_returned() -> bool:
        now = status_of(running_servers, "asterisk")
        return now.is_ready and now.pid != before

    until(has_returned, "Asterisk is back", LIMIT_S)


def test_down_leaves_neither_process_nor_mount(state_dir: Path) -> None:
    with stack_for_tests(state_dir, "redis", "asterisk") as stack:
        assert processes_of(state_dir)
    assert processes_of(state_dir) == []
    assert mounts_of(stack.paths.asterisk_root) == []
    assert {status.state for status in stack.status()} == {ProcessState.STOPPED}
    stack.down()  # repeatable


def test_what_redis_acknowledged_is_there_after_a_restart(state_dir: Path) -> None:
    with stack_for_tests(state_dir, "redis") as stack:
        with Redis.from_url(stack.settings.redis_url) as redis:
            redis.set("promise", "kept")
        stack.down()
        stack.up(["redis"])
        with Redis.from_url(stack.settings.redis_url) as redis:
            assert redis.get("promise") == b"kept"


def test_a_killed_process_runner_takes_its_processes_along(state_dir: Path) -> None:
    with stack_for_tests(state_dir, "redis") as stack:
        os.kill(int((stack.paths.supervisor_dir / "pid").read_text()), signal.SIGKILL)
        until(lambda: processes_of(state_dir) == [], "all have ended", LIMIT_S)
        stack.up(["redis"])
        assert status_of(stack, "redis").is_ready


def test_changed_settings_are_applied_by_up(state_dir: Path) -> None:
    with stack_for_tests(state_dir, "redis") as stack:
        before = status_of(stack, "redis").pid
        changed = Stack(stack.settings.model_copy(update={"log_level": "DEBUG"}))
        changed.up(["redis"])
        assert status_of(changed, "redis").pid != before


class StackOfOne(Stack):
    """A stack with a single program of the test's own."""

    def __init__(self, settings: Settings, program: Program) -> None:
        super().__init__(settings)
        self._programs = (program,)


PROGRAM = Program("broken", 0, ("sh", "-c", "echo no model; exit 3"), Readiness.RUNNING, 20, 5)


def test_a_program_that_cannot_run_fails_up_with_the_end_of_its_log(tmp_path: Path) -> None:
    stack = StackOfOne(settings_of_own_stack(tmp_path), PROGRAM)
    try:
        with pytest.raises(StackError, match=r"broken ends again and again(?s:.*)no model"):
            stack.up()
    finally:
        stack.down()


def test_a_program_that_never_gets_ready_fails_up_at_its_deadline(tmp_path: Path) -> None:
    sleeper = replace(
        PROGRAM,
        command=("sleep", "60"),
        readiness=Readiness.ARI_ANSWERS,
        start_deadline_s=2,
    )
    stack = StackOfOne(settings_of_own_stack(tmp_path), sleeper)
    try:
        with pytest.raises(StackError, match="broken was not ready after 2 s"):
            stack.up()
    finally:
        stack.down()


def test_progress_is_told_while_the_stack_comes_up_and_goes_down(tmp_path: Path) -> None:
    sleeper = replace(PROGRAM, command=("sleep", "60"))
    stack = StackOfOne(settings_of_own_stack(tmp_path), sleeper)
    seen: list[tuple[ProcessState, bool]] = []
    try:
        stack.up(on_progress=lambda all_: seen.append((all_[0].state, all_[0].is_ready)))
        assert seen[0] == (ProcessState.STARTING, False)
        assert seen[-1] == (ProcessState.RUNNING, True)
    finally:
        stack.down(lambda all_: seen.append((all_[0].state, all_[0].is_ready)))
    assert seen[-1] == (ProcessState.STOPPED, False)
