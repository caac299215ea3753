from pathlib import Path

from voicebot.stack.paths import StackPaths
from voicebot.stack.supervisor_control import ProcessState, SupervisorControl, parse_process


def test_where_no_process_runner_is_nothing_runs(tmp_path: Path) -> None:
    control = SupervisorControl(StackPaths(tmp_path, tmp_path / "root"))
    assert not control.is_running()
    assert control.processes() == {}
    control.shut_down()


def test_a_socket_that_a_killed_process_runner_left_does_not_count(tmp_path: Path) -> None:
    paths = StackPaths(tmp_path, tmp_path / "root")
    paths.supervisor_dir.mkdir()
    paths.control_socket.touch()
    assert not SupervisorControl(paths).is_running()


def test_a_running_process_has_a_pid_and_an_uptime() -> None:
    info = {"name": "redis", "state": 20, "pid": 42, "start": 1000, "now": 1007}
    process = parse_process(info)
    assert (process.state, process.pid, process.uptime_s) == (ProcessState.RUNNING, 42, 7.0)


def test_a_process_that_does_not_run_has_neither() -> None:
    info = {"name": "redis", "state": 200, "pid": 0, "start": 1000, "now": 1007}
    process = parse_process(info)
    assert (process.pid, process.uptime_s) == (None, 0.0)
    assert process.state.is_down
    assert process.state.has_failed
