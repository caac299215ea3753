"""A real PostgreSQL of the tests' own: a cluster in a folder of its own, on a free port.

Runs as an unprivileged user, which PostgreSQL insists on, and loses nothing but time when the
machine crashes: it does not sync.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.stack_fixture import need

STARTED_WITHIN_S = 60.0
_USER = "voicebot"
# Whom a test run as root becomes for the server.
_UNPRIVILEGED = "nobody"
_ADMINISTRATIVE = "postgres"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")


def binaries() -> Path | None:
    """Where Debian's newest installed PostgreSQL has its programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server, as its administrator sees it."""

    programs: Path
    port: int

    def url_of(self, name: str) -> str:
        return f"postgresql+asyncpg://{_USER}@127.0.0.1:{self.port}/{name}"

    def make(self, name: str, *, template: str = "template0") -> str:
        """A new database, copied from the template; returns its URL."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    @contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """The URL of a database that lasts as long as the block."""
        name = f"test_{uuid4().hex}"
        yield self.make(name, template=template)
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, "-d", _ADMINISTRATIVE)
        asked = (self.programs / "psql", "-qX", "-v", "ON_ERROR_STOP=1", *where, "-c", statement)
        subprocess.run(asked, check=True, capture_output=True)


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Skips where PostgreSQL is not installed; in CI that is a failure."""
    programs = binaries()
    need("PostgreSQL", is_there=programs is not None)
    assert programs is not None
    # Not pytest's own folder: that is for its owner only, and the server runs as another.
    folder = Path(tempfile.mkdtemp(prefix="voicebot-postgresql-"))
    become: dict[str, Any] = {}
    if os.geteuid() == 0:
        other = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, other.pw_uid, other.pw_gid)
        become = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    try:
        with _running(programs, folder, become) as port:
            yield PostgresqlServer(programs, port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path, become: dict[str, Any]) -> Iterator[int]:
    data, log = folder / "data", folder / "postgresql.log"
    # Trust: it listens on loopback, for as long as the tests run, and holds invented calls.
    initialise = (programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "--no-sync")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    subprocess.run(
        (*initialise, "-E", "UTF8"),
        check=True,
        capture_output=True,
        env=environment,
        cwd=folder,
        **become,
    )
    port = _free_port()
    settings = [part for setting in _FAST for part in ("-c", setting)]
    where = ("-D", data, "-k", folder, "-h", "127.0.0.1", "-p", str(port))
    with log.open("w") as output:
        process = subprocess.Popen(
            (programs / "postgres", *where, *settings),
            stdout=output,
            stderr=output,
            env=environment,
            cwd=folder,
            **become,
        )
    try:
        _await(process, programs, port, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], programs: Path, port: int, log: Path) -> None:
    limit = time.monotonic() + STARTED_WITHIN_S
    asking = (programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port))
    while subprocess.run(asking, check=False).returncode != 0:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < limit, f"PostgreSQL did not start: {log.read_text()}"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
