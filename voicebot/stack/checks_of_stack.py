"""Is this stack configured as it should be, and does what runs of it work?

A stack that is down is not a fault; a part that is down while others run is.
Each check is handed the facts and judges them; the doctor gathers them.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from voicebot.errors import LanguageMissing
from voicebot.stack.findings import SETUP, UP, Finding, faulty, healthy
from voicebot.stack.stack import ProgramStatus
from voicebot.stack.supervisor_control import ProcessState


def check_business(path: Path, problems: Sequence[str], name: str) -> Finding:
    if problems:
        return faulty("Business file", "; ".join(problems), f"edit {path}")
    return healthy("Business file", f"{name}, {path}")


def check_languages(language: str, missing: Sequence[LanguageMissing]) -> Finding:
    """What ready workers lack to serve the business in its language."""
    name = f"Language {language}"
    if missing:
        stages = ", ".join(error.stage for error in missing)
        return faulty(name, f"not served by: {stages}", "; ".join(e.remedy for e in missing))
    return healthy(name, "served by every worker that is ready")


def check_pools(wanted: Mapping[str, Collection[str]], served: Collection[str]) -> Finding | None:
    """Pools by name, with who wants them, and those that have a worker; None: nobody wants one."""
    if not wanted:
        return None
    missing = [
        f"{pool} ({', '.join(sorted(whose))})"
        for pool, whose in sorted(wanted.items())
        if pool not in served
    ]
    if missing:
        return faulty(
            "Pools",
            f"no worker is ready for: {'; '.join(missing)}",
            "name the pool in VOICEBOT_POOLS, or start `python -m workers STAGE --pool POOL`; "
            "until then others do its work",
        )
    return healthy("Pools", f"a worker for each: {', '.join(sorted(wanted))}")


def check_conversations(borne: Mapping[str, Sequence[int]]) -> Finding:
    """How many conversations each of a stage's workers bears."""
    name = "Conversations at once"
    sums = {stage: sum(each) for stage, each in borne.items()}
    weakest = min(sums, key=lambda stage: sums[stage])
    told = ", ".join(f"{stage} {count}" for stage, count in sums.items())
    if sums[weakest] == 0:
        return faulty(
            name,
            f"none, for {weakest} bears none: {told}",
            f"see the log of worker-{weakest}, or set VOICEBOT_{weakest.upper()}_CONVERSATIONS",
        )
    return healthy(name, f"{sums[weakest]} ({told}), corrected by what callers wait")


def check_settings_applied(
    wanted: Mapping[str, str], found: Mapping[str, str], problem: str
) -> Finding:
    """Asterisk's files by name: as they should be, and as they are."""
    name = "Asterisk's configuration"
    if problem:
        return faulty(name, problem, "change the setting it names")
    if not found:
        return faulty(name, "not written yet", SETUP)
    stale = sorted(
        file for file in wanted.keys() | found.keys() if wanted.get(file) != found.get(file)
    )
    if stale:
        return faulty(name, f"out of date: {', '.join(stale)}", UP)
    return healthy(name, f"{len(wanted)} files as the settings say")


def check_database(expected: Collection[str], found: Collection[str], problem: str) -> Finding:
    """Revisions of the schema: those of the code, and those of the database."""
    if problem:
        return faulty("Database", problem, "check VOICEBOT_DATABASE_URL and that its server runs")
    if set(expected) != set(found):
        return faulty("Database", "its schema is not that of this release", SETUP)
    return healthy("Database", f"schema {', '.join(sorted(found))}")


def check_port(setting: str, port: int, *, is_free: bool, is_ours: bool) -> Finding:
    name = f"Port {port}"
    if is_ours:
        return healthy(name, f"ours ({setting})")
    if is_free:
        return healthy(name, f"free ({setting})")
    return faulty(
        name, "taken by another program", f"stop that program, or set {setting} to a free port"
    )


def check_redis(
    *, is_running: bool, answers: bool, appends: str | None, lets_strangers_in: bool
) -> Finding:
    """`appends` is its setting appendonly; a stranger is a client without the password."""
    name = "Redis"
    if not answers:
        if is_running:
            return faulty(name, "runs, but refuses our password", "`voicebot down`, then `up`")
        return Finding(name, is_ok=True, detail="not running", remedy=UP)
    if lets_strangers_in:
        return faulty(name, "asks for no password", "set requirepass, or use the stack's own")
    if appends != "yes":
        return faulty(name, "keeps nothing over a restart", "set appendonly yes")
    return healthy(name, "answers, asks for the password, appends to its file")


def check_processes(statuses: Sequence[ProgramStatus]) -> tuple[Finding, ...]:
    """One finding per process; one for all of them when the stack is down."""
    if all(status.state == ProcessState.STOPPED for status in statuses):
        return (Finding("Processes", is_ok=True, detail="the stack is down", remedy=UP),)
    return tuple(_process(status) for status in statuses)


def _process(status: ProgramStatus) -> Finding:
    name = f"Process {status.name}"
    if status.is_ready:
        return healthy(name, "ready")
    if status.state == ProcessState.RUNNING:
        return faulty(name, "runs, but is not ready", f"wait, or read log/{status.name}.log")
    if status.state == ProcessState.STOPPED:
        return faulty(name, "stopped", UP)
    return faulty(name, status.state.name.lower(), f"read log/{status.name}.log, then {UP}")
