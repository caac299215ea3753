"""How does a whole stack come up, go down, and how is it now?

`up` starts phase after phase, each when the one before is ready, and returns when all is ready.
`down` goes the other way and leaves neither process nor mount. Both may be repeated; whatever an
interruption left is picked up where it stands.
"""

import fcntl
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack import asterisk_console
from voicebot.stack.paths import StackPaths
from voicebot.stack.preparation import prepare
from voicebot.stack.programs import ASTERISK, Program, chosen, programs_of
from voicebot.stack.readiness import ReadinessProbe
from voicebot.stack.reload import is_reloaded, read_anew, reloaded_texts
from voicebot.stack.supervisor_config import environment_of
from voicebot.stack.supervisor_control import ProcessInfo, ProcessState, SupervisorControl

_POLL_S = 0.1
# Longer than any process is given to stop; supervisord kills those that take longer.
_STOP_DEADLINE_S = 30.0
# A port may still be taken by what is just ending; a real fault shows itself again.
_ATTEMPTS = 2
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One process of the stack, as it is now."""

    name: str
    state: ProcessState
    pid: int | None
    uptime_s: float
    is_ready: bool


OnProgress = Callable[[Sequence[ProgramStatus]], None]


def _silently(_statuses: Sequence[ProgramStatus]) -> None:
    """For those who do not watch."""


class Stack:
    """The development stack of one state directory. `up` needs settings with all passwords."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.paths = StackPaths.of(settings)
        self._programs = programs_of(settings, self.paths, is_root=os.geteuid() == 0)
        self._control = SupervisorControl(self.paths)
        self._probe = ReadinessProbe(settings)

    def prepare(self) -> None:
        """Writes every configuration and brings the database up to date."""
        prepare(self.settings, self.paths, self._programs)

    def up(self, only: Sequence[str] = (), on_progress: OnProgress = _silently) -> None:
        """Starts all processes, or those named, and waits until they are ready.

        What runs already is left alone, unless its settings have changed since it was started:
        then everything is started anew. Raises StackError with the log of what failed.
        """
        programs = chosen(self._programs, only)
        with self._locked():
            before = reloaded_texts(self.paths)
            self.prepare()
            self._ensure_supervisor()
            if reloaded_texts(self.paths) != before and asterisk_console.is_running(self.paths):
                read_anew(self.paths)
            for phase in sorted({program.phase for program in programs}):
                self._start(
                    [program for program in programs if program.phase == phase],
                    lambda: on_progress(self._statuses(programs)),
                )

    def down(self, on_progress: OnProgress = _silently) -> None:
        """Stops all processes, the last started first, and the process runner."""
        with self._locked():
            self._down(on_progress)

    def status(self) -> tuple[ProgramStatus, ...]:
        """Every process of the stack, in the order of starting."""
        return self._statuses(self._programs)

    def _ensure_supervisor(self) -> None:
        environment = self._environment()
        fingerprint = _fingerprint(environment, self.paths)
        stamp = self.paths.supervisor_dir / "fingerprint"
        if self._control.is_running():
            if stamp.exists() and stamp.read_text() == fingerprint:
                return
            self._down(_silently)
        stamp.write_text(fingerprint)
        self._control.launch(environment)

    def _environment(self) -> dict[str, str]:
        own_binaries = str(Path(sys.executable).parent)
        return {
            **os.environ,
            **environment_of(self.settings),
            "PATH": f"{os.environ.get('PATH', os.defpath)}:{own_binaries}",
            "PYTHONUNBUFFERED": "1",
        }

    def _start(self, programs: Sequence[Program], report: Callable[[], None]) -> None:
        for program in programs:
            self._control.start(program.name)
        begun_at = time.monotonic()
        waiting = list(programs)
        attempts: dict[str, set[int]] = {program.name: set() for program in programs}
        while waiting:
            report()
            processes = self._control.processes()
            passed_s = time.monotonic() - begun_at
            for program in list(waiting):
                process = processes.get(program.name)
                if process is None or process.state == ProcessState.FATAL:
                    raise self._failure(program, "does not start")
                # Not its process id: a process may be gone before anybody has seen it.
                attempts[program.name].add(process.started_at_s)
                if len(attempts[program.name]) > _ATTEMPTS:
                    raise self._failure(program, "ends again and again")
                if self._is_ready(program, process):
                    waiting.remove(program)
                elif passed_s > program.start_deadline_s:
                    raise self._failure(program, f"was not ready after {passed_s:.0f} s")
            if waiting:
                time.sleep(_POLL_S)
        report()

    def _down(self, on_progress: OnProgress) -> None:
        for phase in sorted({program.phase for program in self._programs}, reverse=True):
            names = {program.name for program in self._programs if program.phase == phase}
            if ASTERISK in names:
                asterisk_console.hang_up_all(self.paths)
            deadline_at = time.monotonic() + _STOP_DEADLINE_S
            while running := [
                process
                for name, process in self._control.processes().items()
                if name in names and not process.state.is_down
            ]:
                on_progress(self.status())
                if time.monotonic() > deadline_at:
                    raise StackError(f"{', '.join(p.name for p in running)}: still not stopped")
                for process in running:
                    if process.state != ProcessState.STOPPING:
                        self._control.stop(process.name)
                time.sleep(_POLL_S)
        self._control.shut_down()
        on_progress(self.status())

    def _statuses(self, programs: Sequence[Program]) -> tuple[ProgramStatus, ...]:
        processes = self._control.processes()
        return tuple(self._status(program, processes.get(program.name)) for program in programs)

    def _status(self, program: Program, process: ProcessInfo | None) -> ProgramStatus:
        if process is None:
            return ProgramStatus(program.name, ProcessState.STOPPED, None, 0.0, is_ready=False)
        return ProgramStatus(
            program.name,
            process.state,
            process.pid,
            process.uptime_s,
            is_ready=self._is_ready(program, process),
        )

    def _is_ready(self, program: Program, process: ProcessInfo) -> bool:
        return (
            process.state == ProcessState.RUNNING
            and process.pid is not None
            and self._probe.is_ready(program, process.pid)
        )

    def _failure(self, program: Program, what: str) -> StackError:
        log = self.paths.log(program.name)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        tail = "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])
        return StackError(f"{program.name} {what}. The end of {log}:\n{tail}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One `up` or `down` at a time."""
        self.paths.supervisor_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.paths.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _fingerprint(environment: Mapping[str, str], paths: StackPaths) -> str:
    """Changes with everything that a running process read when it was started."""
    digest = hashlib.sha256()
    for name in sorted(environment):
        if name.startswith("VOICEBOT_"):
            digest.update(f"{name}={environment[name]}\n".encode())
    etc = paths.asterisk_instance / "etc"
    files = [paths.supervisor_config, paths.redis_config, paths.state_dir / "voicebot.env"]
    files += sorted(
        path for path in etc.rglob("*.conf") if not is_reloaded(str(path.relative_to(etc)))
    )
    for file in files:
        if file.exists():
            digest.update(f"{file}\n".encode() + file.read_bytes())
    return digest.hexdigest()
