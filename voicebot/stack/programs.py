"""Which processes make up a stack, how is each started, and in which order?

Those of one phase start together, when all of the phases before are ready; they stop before them.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack.paths import ENTER_ROOT, StackPaths
from voicebot.telemetry.metrics_ports import metrics_port

STAGES = ("stt", "llm", "tts")
ASTERISK = "asterisk"


class Readiness(StrEnum):
    """How one sees from outside that a process does its work."""

    REDIS_ANSWERS = "redis-answers"
    ARI_ANSWERS = "ari-answers"
    WORKER_LEASE = "worker-lease"
    AGENT_LEASE = "agent-lease"
    GUARDIAN_LISTENS = "guardian-listens"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Program:
    """One process of the stack."""

    name: str
    phase: int
    command: tuple[str, ...]
    readiness: Readiness
    # Models load for seconds, on a busy machine for many.
    start_deadline_s: float
    stop_deadline_s: int


def programs_of(settings: Settings, paths: StackPaths, *, is_root: bool) -> tuple[Program, ...]:
    """All processes, in the order they are started."""
    programs = [
        _asterisk(paths, is_root=is_root),
        _guardian(),
        *(_worker(stage, settings) for stage in STAGES),
        *(_worker(pool.partition(".")[0], settings, pool) for pool in sorted(settings.pools)),
        *(_agent(number) for number in range(1, settings.agent_processes + 1)),
        _records(),
    ]
    if settings.panel_port:
        programs.append(_panel())
    # An address names a Redis that somebody else looks after.
    if not settings.redis_address:
        programs.insert(0, _redis(paths))
    return tuple(programs)


def chosen(programs: Iterable[Program], only: Iterable[str]) -> tuple[Program, ...]:
    """The programs with these names, or whose group it is (`worker`, `agent`); all when none."""
    programs, wanted = tuple(programs), tuple(only)
    if not wanted:
        return programs
    names = {name for program in programs for name in (program.name, _group(program.name))}
    if unknown := sorted(set(wanted) - names):
        raise StackError(
            f"there is no process {', '.join(unknown)}; there are {', '.join(sorted(names))}"
        )
    return tuple(p for p in programs if p.name in wanted or _group(p.name) in wanted)


def _group(name: str) -> str:
    return name.partition("-")[0]


def _redis(paths: StackPaths) -> Program:
    return Program(
        "redis",
        phase=0,
        command=_tied("redis-server", str(paths.redis_config)),
        readiness=Readiness.REDIS_ANSWERS,
        start_deadline_s=20,
        stop_deadline_s=10,
    )


def _asterisk(paths: StackPaths, *, is_root: bool) -> Program:
    root, instance = str(paths.asterisk_root), str(paths.asterisk_instance)
    # A late frame is heard. None but root may be quicker than normal.
    priority = ("nice", "-n", "-5") if is_root else ()
    return Program(
        ASTERISK,
        phase=1,
        command=(*priority, str(ENTER_ROOT), root, instance, "asterisk", "-f"),
        readiness=Readiness.ARI_ANSWERS,
        start_deadline_s=60,
        stop_deadline_s=20,
    )


def _guardian() -> Program:
    return Program(
        "guardian",
        # It waits for Asterisk by itself, and is there before the first agent.
        phase=1,
        command=_tied(sys.executable, "-m", "voicebot", "guardian"),
        readiness=Readiness.GUARDIAN_LISTENS,
        start_deadline_s=60,
        stop_deadline_s=5,
    )


def _worker(stage: str, settings: Settings, pool: str = "") -> Program:
    python = settings.llm_python if stage == "llm" and settings.llm_python else sys.executable
    name = f"worker-{pool or stage}"
    options = ["--pool", pool] if pool else []
    if port := metrics_port(settings.metrics_first_port, name):
        options += ["--metrics-port", str(port)]
    return Program(
        name,
        phase=1,
        # It lowers its own priority below Asterisk's and the agents'.
        command=_tied(python, "-m", "workers", stage, *options),
        readiness=Readiness.WORKER_LEASE,
        # Models load for seconds, on a busy machine for many.
        start_deadline_s=120,
        stop_deadline_s=10,
    )


def _agent(number: int) -> Program:
    return Program(
        f"agent-{number}",
        phase=2,
        command=_tied(sys.executable, "-m", "voicebot", "agent", "--number", str(number)),
        readiness=Readiness.AGENT_LEASE,
        # The greetings of all businesses are spoken, and their prompts read, beforehand.
        start_deadline_s=120,
        stop_deadline_s=15,
    )


def _records() -> Program:
    return Program(
        "records",
        # It does without all others while they are away, and stops after Asterisk: the calls that
        # ended with it are on record.
        phase=0,
        command=_tied(sys.executable, "-m", "voicebot", "records"),
        readiness=Readiness.RUNNING,
        start_deadline_s=30,
        # What is under way, the last import and the last of the node's watch: each has a limit.
        stop_deadline_s=20,
    )


def _panel() -> Program:
    return Program(
        "panel",
        # It shows what there is: also while the others start, and while they are away.
        phase=0,
        command=_tied(sys.executable, "-m", "voicebot", "panel"),
        readiness=Readiness.RUNNING,
        start_deadline_s=30,
        stop_deadline_s=5,
    )


def _tied(*command: str) -> tuple[str, ...]:
    """Ends with the process runner, even if that is killed: nothing is left behind unattended."""
    return ("setpriv", "--pdeathsig", "TERM", "--", *command)
