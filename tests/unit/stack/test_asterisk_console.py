from pathlib import Path

import pytest

from voicebot.errors import StackError
from voicebot.stack import asterisk_console
from voicebot.stack.paths import StackPaths


def test_no_asterisk_runs_where_none_was_ever_started(tmp_path: Path) -> None:
    assert not asterisk_console.is_running(StackPaths(tmp_path, tmp_path / "root"))


def test_an_asterisk_that_takes_no_commands_is_a_fault_of_the_stack(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="does not take commands"):
        asterisk_console.ask(StackPaths(tmp_path, tmp_path / "root"), "core show uptime")
