import os
from pathlib import Path

import pytest

from voicebot.errors import StackError
from voicebot.stack.asterisk_instance import (
    Owner,
    owner_of_asterisk,
    prepare_instance,
    render_hosts,
    render_resolv_conf,
)
from voicebot.stack.paths import INSTANCE_DIRECTORIES, StackPaths

PASSWD = f"root:x:0:0:root:/root:/bin/sh\nasterisk:x:{os.getuid()}:{os.getgid()}:::\n"


def test_started_by_root_asterisk_owns_its_files() -> None:
    passwd = "root:x:0:0:root:/root:/bin/sh\nasterisk:x:101:102:Asterisk:/var/lib:/bin/false\n"
    assert owner_of_asterisk(passwd, euid=0, egid=0) == Owner(101, 102)


def test_started_by_anyone_else_the_files_stay_theirs() -> None:
    assert owner_of_asterisk("", euid=1000, egid=1001) == Owner(1000, 1001)


def test_a_root_directory_without_the_user_is_refused() -> None:
    with pytest.raises(StackError, match="make setup"):
        owner_of_asterisk("root:x:0:0:root:/root:/bin/sh\n", euid=0, egid=0)


def test_neither_the_own_name_nor_a_root_servers_waits_for_dns() -> None:
    assert render_hosts("pbx7").split() == ["127.0.0.1", "localhost", "pbx7", "A.ROOT-SERVERS.NET"]


def test_name_servers_of_the_host_are_asked_once_and_briefly() -> None:
    of_host = "search example.org\nnameserver 192.0.2.1\noptions timeout:30\n"
    assert render_resolv_conf(of_host) == "nameserver 192.0.2.1\noptions timeout:1 attempts:1\n"


def test_an_instance_has_all_that_is_bound_over_the_root_directory(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_text(PASSWD)
    paths = StackPaths(tmp_path / "state", root)
    for _ in range(2):  # repeatable
        prepare_instance(paths)
    for name in (*INSTANCE_DIRECTORIES, "spool/monitor", "spool/voicemail", "log/cdr-custom"):
        assert (paths.asterisk_instance / name).is_dir()
    for name in ("hosts", "nsswitch.conf", "resolv.conf"):
        assert (paths.asterisk_instance / name).is_file()


def test_a_missing_root_directory_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="make setup"):
        prepare_instance(StackPaths(tmp_path, tmp_path / "none"))
