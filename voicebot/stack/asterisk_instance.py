"""What does Asterisk need around its root directory, for one instance of it?

The directories it writes to, owned by the user it runs as, and the three files that decide how it
resolves names.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import StackError
from voicebot.stack.paths import INSTANCE_DIRECTORIES, StackPaths

_NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"
# Asterisk writes here, and makes none of them itself.
_WRITTEN_TO = ("log/cdr-custom", "spool/monitor", "spool/voicemail", "spool/announcements")
_HOST_RESOLV_CONF = Path("/etc/resolv.conf")


@dataclass(frozen=True, slots=True)
class Owner:
    """A user and a group, by number: names differ between inside and outside."""

    uid: int
    gid: int


def owner_of_asterisk(passwd: str, euid: int, egid: int) -> Owner:
    """Who owns Asterisk's files: its own user when root runs it, else whoever runs it."""
    if euid != 0:
        return Owner(euid, egid)
    for line in passwd.splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return Owner(int(uid), int(gid))
    raise StackError("Asterisk's root directory has no user asterisk: remove it, then `make setup`")


def render_hosts(host_name: str) -> str:
    """Asterisk resolves its own name, then a root server's, before it answers an INVITE.

    With both in this file neither waits for DNS: 5 s for each call otherwise.
    """
    return f"127.0.0.1 localhost {host_name} A.ROOT-SERVERS.NET\n"


def render_resolv_conf(of_host: str) -> str:
    """The host's name servers, asked once and for one second only: a SIP worker waits for them."""
    servers = [line for line in of_host.splitlines() if line.startswith("nameserver")]
    return "\n".join([*servers, "options timeout:1 attempts:1", ""])


def prepare_instance(paths: StackPaths) -> None:
    """Makes the directories and files that asterisk/enter_root binds. Safe to repeat."""
    root, instance = paths.asterisk_root, paths.asterisk_instance
    if not root.is_dir():
        raise StackError(f"Asterisk's root directory {root} is missing: run `make setup`")
    owner = owner_of_asterisk((root / "etc" / "passwd").read_text(), os.geteuid(), os.getegid())
    instance.mkdir(parents=True, exist_ok=True)
    for name in (*INSTANCE_DIRECTORIES, *_WRITTEN_TO):
        directory = instance / name
        directory.mkdir(exist_ok=True, mode=0o750)
        _give(directory, owner)
    of_host = _HOST_RESOLV_CONF.read_text() if _HOST_RESOLV_CONF.exists() else ""
    (instance / "hosts").write_text(render_hosts(socket.gethostname()))
    (instance / "nsswitch.conf").write_text(_NSSWITCH)
    (instance / "resolv.conf").write_text(render_resolv_conf(of_host))


def _give(path: Path, owner: Owner) -> None:
    if (path.stat().st_uid, path.stat().st_gid) != (owner.uid, owner.gid):
        os.chown(path, owner.uid, owner.gid)
