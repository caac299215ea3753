from pathlib import Path

import pytest

from voicebot.errors import StackError
from voicebot.stack import asterisk_console
from voicebot.stack.paths import StackPaths


@pytest.fixture
def paths(tmp_path: Path) -> StackPaths:
    """Of an Asterisk that left its control socket."""
    control = tmp_path / "asterisk" / "run" / "asterisk.ctl"
    control.parent.mkdir(parents=True)
    control.touch()
    return StackPaths(tmp_path, tmp_path / "root")


def _enter_root_that(does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "enter_root"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    monkeypatch.setattr(asterisk_console, "ENTER_ROOT", script)


def test_no_asterisk_runs_where_none_was_ever_started(tmp_path: Path) -> None:
    assert not asterisk_console.is_running(StackPaths(tmp_path, tmp_path / "root"))


@pytest.mark.parametrize(("does", "runs"), [("exit 0", True), ("exit 1", False)])
def test_an_asterisk_runs_when_it_answers_and_not_when_only_its_socket_is_left(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, runs: bool
) -> None:
    _enter_root_that(does, tmp_path, monkeypatch)
    assert asterisk_console.is_running(paths) is runs


def test_a_command_goes_to_the_console_of_this_stack(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enter_root_that('printf "%s\\n" "$@"', tmp_path, monkeypatch)
    said = asterisk_console.ask(paths, "core show uptime").splitlines()
    assert said == [
        str(paths.asterisk_root),
        str(paths.asterisk_instance),
        "asterisk",
        "-rx",
        "core show uptime",
    ]


def test_an_asterisk_that_takes_no_commands_is_a_fault_of_the_stack(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enter_root_that("echo no socket >&2; exit 1", tmp_path, monkeypatch)
    with pytest.raises(StackError, match="no socket"):
        asterisk_console.ask(paths, "core show uptime")


def test_an_asterisk_that_does_not_answer_is_a_fault_of_the_stack(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enter_root_that("exec tail -f /dev/null", tmp_path, monkeypatch)
    monkeypatch.setattr(asterisk_console, "_LIMIT_S", 0.05)
    with pytest.raises(StackError, match="did not answer"):
        asterisk_console.ask(paths, "core show uptime")


def test_calls_are_hung_up_and_waited_for(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One channel is still there at the first look.
    asked = tmp_path / "asked"
    looks = 'case "$5" in "core show channels"*) [ -e seen ] || echo PJSIP/one; touch seen;; esac'
    _enter_root_that(f'cd {tmp_path}; echo "$5" >> {asked}; {looks}', tmp_path, monkeypatch)
    asterisk_console.hang_up_all(paths)
    assert asked.read_text().splitlines() == [
        "dialplan set global VOICEBOT_DRAINING 1",
        "channel request hangup all",
        "core show channels concise",
        "core show channels concise",
    ]


@pytest.mark.parametrize("does", ["exit 1", "exec sleep 60"])
def test_an_asterisk_that_takes_no_commands_is_not_waited_for(
    paths: StackPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    monkeypatch.setattr(asterisk_console, "_HANG_UP_LIMIT_S", 0.2)
    _enter_root_that(does, tmp_path, monkeypatch)
    asterisk_console.hang_up_all(paths)
