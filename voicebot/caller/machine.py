"""On which machine was something measured?"""

import os
import platform
from pathlib import Path

import httpx

from voicebot.errors import CallerError
from voicebot.settings import Settings

DEADLINE_S = 3.0


def describe_machine(settings: Settings) -> dict[str, str | int | float]:
    """Processor, memory and versions; raises CallerError when Asterisk does not tell its own."""
    return {**cpu_and_cores(), "asterisk": asterisk_version(settings)}


def cpu_and_cores() -> dict[str, str | int | float]:
    """What can be told without a stack."""
    return {
        "cpu": _first_after("model name", Path("/proc/cpuinfo")) or platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(_memory_kb() / 1024**2, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def asterisk_version(settings: Settings) -> str:
    try:
        answer = httpx.get(
            f"{settings.ari_url}/ari/asterisk/info",
            params={"only": "system"},
            auth=(settings.ari_username, settings.ari_password.get_secret_value()),
            timeout=DEADLINE_S,
        )
        return str(answer.raise_for_status().json()["system"]["version"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise CallerError("Asterisk does not answer; is the stack up?") from error


def _memory_kb() -> int:
    return int((_first_after("MemTotal", Path("/proc/meminfo")) or "0").split()[0])


def _first_after(name: str, file: Path) -> str:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
