"""What do the processes of this stack do, and how are they started and stopped?

Speaks with supervisord over the unix socket in its state directory; only its owner may.
"""

import http.client
import os
import select
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from voicebot.errors import StackError, SupervisorSilent
from voicebot.stack.paths import StackPaths

_ANSWER_DEADLINE_S = 10.0
_START_DEADLINE_S = 20.0
_SHUTDOWN_DEADLINE_S = 40.0
_POLL_S = 0.1

# supervisor/xmlrpc.py: class Faults.
_SHUTDOWN_STATE, _ALREADY_STARTED, _NOT_RUNNING = 6, 60, 70


class ProcessState(IntEnum):
    """supervisor/states.py: class ProcessStates."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000

    @property
    def is_down(self) -> bool:
        return self in (ProcessState.STOPPED, ProcessState.EXITED, ProcessState.FATAL)

    @property
    def has_failed(self) -> bool:
        """Died where it should run. In BACKOFF it will be tried again."""
        return self in (ProcessState.BACKOFF, ProcessState.EXITED, ProcessState.FATAL)


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """One process, as the process runner sees it."""

    name: str
    state: ProcessState
    pid: int | None
    # Of the last attempt to start it, by the clock of the process runner.
    started_at_s: int
    uptime_s: float


class SupervisorControl:
    """The process runner of one stack, running or not."""

    def __init__(self, paths: StackPaths) -> None:
        self._paths = paths

    def is_running(self) -> bool:
        return self._pid() is not None

    def launch(self, environment: Mapping[str, str]) -> None:
        """Starts supervisord in the background; its processes inherit the environment."""
        self._paths.control_socket.unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord"]
        result = subprocess.run(
            [*command, "--configuration", str(self._paths.supervisor_config)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_START_DEADLINE_S,
            check=False,
        )
        if result.returncode != 0:
            raise StackError(f"supervisord did not start: {result.stdout}{result.stderr}".strip())
        deadline_at = time.monotonic() + _START_DEADLINE_S
        while not self.is_running():
            if time.monotonic() > deadline_at:
                raise StackError(
                    f"supervisord does not answer; see {self._paths.log('supervisord')}"
                )
            time.sleep(_POLL_S)

    def processes(self) -> Mapping[str, ProcessInfo]:
        """All processes by name; none when supervisord does not run."""
        try:
            answer = self._call("getAllProcessInfo")
        except SupervisorSilent:
            return {}
        return {info["name"]: parse_process(info) for info in answer}

    def start(self, name: str) -> None:
        """Does not wait until it runs."""
        self._call("startProcess", name, False, harmless_fault=_ALREADY_STARTED)

    def stop(self, name: str) -> None:
        """Does not wait until it has ended."""
        self._call("stopProcess", name, False, harmless_fault=_NOT_RUNNING)

    def shut_down(self) -> None:
        """Stops what still runs, and supervisord itself; returns when it has ended."""
        pid = self._pid()
        if pid is None:
            return
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            self._call("shutdown", harmless_fault=_SHUTDOWN_STATE)
            ended, _, _ = select.select([descriptor], [], [], _SHUTDOWN_DEADLINE_S)
        finally:
            os.close(descriptor)
        if not ended:
            raise StackError(f"supervisord (process {pid}) does not end")

    def _pid(self) -> int | None:
        try:
            return int(self._call("getPID"))
        except SupervisorSilent:
            return None

    def _call(self, method: str, *arguments: Any, harmless_fault: int | None = None) -> Any:
        transport = _UnixTransport(self._paths.control_socket)
        # The address only names the resource; the transport goes to the socket.
        with xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=transport) as proxy:
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode == harmless_fault:
                    return None
                raise StackError(f"supervisord, {method}: {fault.faultString}") from fault
            except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
                raise SupervisorSilent(f"supervisord does not answer: {error}") from error


class _UnixTransport(xmlrpc.client.Transport):
    """XML-RPC over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, _host: object) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        # Remembered under this name, so that the base class closes it.
        self._connection = ("localhost", connection)
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_ANSWER_DEADLINE_S)
        self.sock.connect(str(self._path))


def parse_process(info: Mapping[str, Any]) -> ProcessInfo:
    pid = int(info["pid"])
    is_up = pid != 0
    return ProcessInfo(
        name=info["name"],
        state=ProcessState(info["state"]),
        pid=pid if is_up else None,
        started_at_s=int(info["start"]),
        uptime_s=float(info["now"] - info["start"]) if is_up else 0.0,
    )
