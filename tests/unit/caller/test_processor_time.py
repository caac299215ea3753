"""Which process belongs to which part of the stack."""

from pathlib import Path

import pytest

from voicebot.caller.processor_time import part_of, processor_seconds


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("/x/usr/sbin/asterisk -f -C /y/asterisk.conf", "asterisk"),
        ("/x/bin/python -m workers stt --concurrency 2", "stt"),
        ("/x/bin/python -m voicebot agent --number 2", "agents"),
        ("/x/bin/python -m voicebot call 1000 --json", "callers"),
        ("redis-server 127.0.0.1:6390", "redis"),
        ("/usr/bin/vi workers.py", None),
    ],
)
def test_a_command_line_tells_the_part(command: str, part: str | None) -> None:
    assert part_of(command) == part


def test_user_and_system_time_of_all_its_processes_are_added(tmp_path: Path) -> None:
    for pid, ticks in ((11, (100, 50)), (12, (200, 0)), (13, (999, 999))):
        directory = tmp_path / str(pid)
        directory.mkdir()
        command = b"vi\0" if pid == 13 else b"python\0-m\0workers\0stt\0"
        (directory / "cmdline").write_bytes(command)
        # A name may hold spaces and parentheses.
        fields = " ".join(["S", *["0"] * 10, *map(str, ticks), *["0"] * 20])
        (directory / "stat").write_text(f"{pid} (a (b) c) {fields}")
    (tmp_path / "version").write_text("Linux")
    assert processor_seconds(tmp_path) == {"stt": pytest.approx(3.5)}
