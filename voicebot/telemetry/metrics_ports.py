"""At which port are a process's metrics?

Each process of a host has its own, and keeps it when it is started anew: agents N at the first
port + N - 1, all others above them.
"""

from collections.abc import Mapping
from typing import Final

MOST_AGENTS: Final = 80
LAST_OFFSET: Final = 99

OFFSETS: Final[Mapping[str, int]] = {
    "worker-stt": 80,
    "worker-llm": 81,
    "worker-tts": 82,
    "worker-stt.fast": 83,
    "worker-stt.accurate": 84,
    "worker-llm.small": 85,
    "worker-llm.large": 86,
    "guardian": 90,
    "records": 91,
    "panel": 92,
}

_AGENT = "agent-"


def metrics_port(first_port: int, program: str) -> int:
    """Of a program as the stack names it; 0: it has none."""
    if first_port == 0:
        return 0
    if program.startswith(_AGENT):
        number = int(program.removeprefix(_AGENT))
        return first_port + number - 1 if number <= MOST_AGENTS else 0
    return first_port + OFFSETS[program] if program in OFFSETS else 0
