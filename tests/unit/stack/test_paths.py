import subprocess
from pathlib import Path

import pytest

from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack.paths import BUILD_ROOT, StackPaths, asterisk_root


def test_two_stacks_share_no_file_that_is_written(tmp_path: Path) -> None:
    one, other = (
        StackPaths.of(Settings.model_validate({"state_dir": tmp_path / name})) for name in "ab"
    )
    assert one.asterisk_root == other.asterisk_root
    for name in ("secrets", "log_dir", "asterisk_instance", "redis_dir", "control_socket", "lock"):
        assert getattr(one, name).is_relative_to(tmp_path / "a")
        assert getattr(other, name).is_relative_to(tmp_path / "b")


def test_a_path_too_long_for_a_socket_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="VOICEBOT_STATE_DIR"):
        StackPaths.of(Settings.model_validate({"state_dir": tmp_path / ("x" * 100)}))


def test_the_root_directory_is_looked_for_where_the_build_puts_it(tmp_path: Path) -> None:
    printed = subprocess.run(
        [BUILD_ROOT, "--print", tmp_path], capture_output=True, text=True, check=True
    )
    assert Path(printed.stdout.strip()) == asterisk_root(tmp_path)
