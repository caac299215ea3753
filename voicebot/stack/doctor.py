"""Is everything in place and in order? Gathers the facts; the checks judge them.

Changes nothing, and looks at every part, also when an earlier one is broken.
"""

import asyncio
import importlib.util
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

import httpx
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import Connection

from voicebot.agent_classes import agent_problems
from voicebot.business_file import load_businesses
from voicebot.dialogue.business import Business
from voicebot.errors import (
    BusinessFileInvalid,
    ConfigurationError,
    SharedStateError,
    StoreError,
)
from voicebot.inference.languages import check_languages
from voicebot.inference.ready_workers import workers_ready
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack import checks_of_machine as machine
from voicebot.stack import checks_of_stack as stack_checks
from voicebot.stack.asterisk_config import render
from voicebot.stack.dialplan import inbound_numbers
from voicebot.stack.findings import Finding
from voicebot.stack.paths import StackPaths
from voicebot.stack.readiness import ReadinessProbe
from voicebot.stack.stack import Stack
from voicebot.store.engine import Database
from voicebot.store.schema import configuration

_LOCKS = ("requirements.lock", "requirements-no-deps.lock")
_NO_PASSWORD = SecretStr("")
_PROGRAM_DEADLINE_S = 10.0
_MODEL_SERVER_DEADLINE_S = 3.0
_REDIS_DEADLINE_S = 1.0


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, each as soon as it is known."""
    stack = Stack(settings)
    yield from _machine(settings, stack.paths)
    yield _business(settings)
    yield _asterisk_configuration(settings, stack.paths)
    yield asyncio.run(_database(settings.resolved_database_url))
    statuses = stack.status()
    running = {status.name for status in statuses if status.pid is not None}
    yield from _ports(settings, running)
    yield _redis(settings, is_running="redis" in running or bool(settings.redis_address))
    yield from stack_checks.check_processes(statuses)
    if any(status.name.startswith("worker-") and status.is_ready for status in statuses):
        yield from asyncio.run(_workers(settings))


async def _workers(settings: Settings) -> Sequence[Finding]:
    try:
        businesses = load_businesses(settings.business_file)
        async with Redis.from_url(settings.redis_url, socket_timeout=_REDIS_DEADLINE_S) as redis:
            ready = await workers_ready(redis)
    except (BusinessFileInvalid, SharedStateError):
        # Another check has named it.
        return ()
    languages = stack_checks.check_languages(
        ", ".join(sorted({business.language for business in businesses})),
        check_languages(businesses, ready),
    )
    served = {pool for workers in ready.values() for worker in workers for pool in worker.pools}
    pools = stack_checks.check_pools(_pools_wanted(settings, businesses), served)
    bears = stack_checks.check_conversations(
        {stage.value: [one.conversations for one in its] for stage, its in ready.items()}
    )
    return tuple(finding for finding in (languages, bears, pools) if finding is not None)


def _pools_wanted(settings: Settings, businesses: Sequence[Business]) -> Mapping[str, set[str]]:
    """Each pool that is named in the settings or by a business, and by whom."""
    wanted: dict[str, set[str]] = {pool: {"VOICEBOT_POOLS"} for pool in settings.pools}
    for business in businesses:
        for pool in filter(None, (business.pools.stt, business.pools.llm)):
            wanted.setdefault(pool, set()).add(business.name)
    return wanted


def _machine(settings: Settings, paths: StackPaths) -> Iterator[Finding]:
    yield machine.check_python(sys.version_info[:3])
    locks = [(PROJECT_DIR / name).read_text() for name in _LOCKS]
    installed = {machine.normalized(found.name): found.version for found in distributions()}
    yield machine.check_packages(machine.locked_versions(*locks), installed)
    search_path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    yield machine.check_programs(
        [name for name in machine.PROGRAMS if shutil.which(name, path=search_path) is None]
    )
    yield machine.check_asterisk(paths.asterisk_root, _asterisk_version(paths.asterisk_root))
    for stage, modules in machine.ENGINES.items():
        missing = [name for name in modules if importlib.util.find_spec(name) is None]
        if stage == "llm" and settings.llm_url:
            yield machine.check_model_server(settings.llm_url, _ask_model_server(settings))
        else:
            yield machine.check_engine(stage, missing)
    existing = next(path for path in (paths.state_dir, *paths.state_dir.parents) if path.exists())
    yield machine.check_disk(paths.state_dir, shutil.disk_usage(existing).free)
    mode = stat.S_IMODE(paths.secrets.stat().st_mode) if paths.secrets.exists() else None
    yield machine.check_secrets(paths.secrets, mode)


def _ask_model_server(settings: Settings) -> str | None:
    key = settings.llm_api_key.get_secret_value()
    try:
        answer = httpx.get(
            f"{settings.llm_url.rstrip('/')}/models",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_MODEL_SERVER_DEADLINE_S,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None if answer.is_success else f"status {answer.status_code}"


def _asterisk_version(root: Path) -> str | None:
    """Runs it with the libraries of its own root, as any user may: no chroot is needed."""
    loaders = sorted(root.glob("lib64/ld-linux*")) + sorted(root.glob("lib/ld-linux*"))
    libraries = ":".join(str(path) for path in sorted(root.glob("usr/lib/*-linux-gnu")))
    if not loaders:
        return None
    result = subprocess.run(
        [str(loaders[0]), "--library-path", libraries, str(root / "usr/sbin/asterisk"), "-V"],
        capture_output=True,
        text=True,
        timeout=_PROGRAM_DEADLINE_S,
        check=False,
    )
    return result.stdout.strip() if result.returncode == 0 else None


def _business(settings: Settings) -> Finding:
    try:
        businesses = load_businesses(settings.business_file)
    except BusinessFileInvalid as error:
        return stack_checks.check_business(settings.business_file, error.problems, "")
    names = ", ".join(business.name for business in businesses)
    return stack_checks.check_business(settings.business_file, agent_problems(businesses), names)


def _asterisk_configuration(settings: Settings, paths: StackPaths) -> Finding:
    wanted: Mapping[str, str] = {}
    problem = ""
    try:
        with tempfile.TemporaryDirectory() as directory:
            businesses = load_businesses(settings.business_file)
            numbers = [number for business in businesses for number in inbound_numbers(business)]
            render(settings, numbers, Path(directory), businesses)
            wanted = _texts(Path(directory))
    except (BusinessFileInvalid, ConfigurationError) as error:
        problem = str(error)
    found = _texts(paths.asterisk_instance / "etc")
    return stack_checks.check_settings_applied(wanted, found, problem)


def _texts(etc: Path) -> dict[str, str]:
    return {str(path.relative_to(etc)): path.read_text() for path in sorted(etc.rglob("*.conf"))}


async def _database(url: str) -> Finding:
    expected = ScriptDirectory.from_config(configuration(url)).get_heads()
    database = Database.open(url)
    try:
        async with database.reading("read the schema's revision") as connection:
            found = await connection.run_sync(_revisions)
    except StoreError as error:
        return stack_checks.check_database(expected, (), str(error))
    finally:
        await database.close()
    return stack_checks.check_database(expected, found, "")


def _revisions(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _ports(settings: Settings, running: set[str]) -> Iterator[Finding]:
    wanted = (
        ("sip_port", settings.sip_address, socket.SOCK_DGRAM, "asterisk"),
        ("http_port", settings.bind_address, socket.SOCK_STREAM, "asterisk"),
        ("redis_port", settings.bind_address, socket.SOCK_STREAM, "redis"),
    )
    for name, address, kind, program in wanted:
        if program == "redis" and settings.redis_address:
            continue  # somebody else's
        port: int = getattr(settings, name)
        yield stack_checks.check_port(
            f"VOICEBOT_{name.upper()}",
            port,
            is_free=_is_free(address, port, kind),
            is_ours=program in running,
        )


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # As the servers do: a closed connection's remains do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _redis(settings: Settings, *, is_running: bool) -> Finding:
    probe = ReadinessProbe(settings)
    stranger = ReadinessProbe(settings.model_copy(update={"redis_password": _NO_PASSWORD}))
    return stack_checks.check_redis(
        is_running=is_running,
        answers=probe.redis_answers(),
        appends=probe.redis_setting("appendonly"),
        lets_strangers_in=stranger.redis_answers(),
    )
