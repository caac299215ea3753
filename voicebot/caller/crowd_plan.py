"""What is one process of a crowd told to do?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from voicebot.caller.crowd import CrowdCaller

# The wheel of pjsua2 is built for no more; the fifth call aborts the process (2026-11).
CALLS_OF_A_PROCESS: Final = 4


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """Calls of one process; it travels as JSON."""

    name: str
    number: str  # whom they ring
    host: str
    port: int
    callers: tuple[CrowdCaller, ...]
    question: str  # a WAV file
    asks: bool
    record_dir: str
    limit_s: float
    answers_at: tuple[str, int] | None = None  # address and port to be rung back at

    def recording_of(self, number: str) -> Path:
        return Path(self.record_dir) / f"{number.removeprefix('+')}.wav"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "callers": [one.to_json() for one in self.callers]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        answers_at = document["answers_at"]
        return cls(
            **{
                **document,
                "callers": tuple(CrowdCaller.from_json(one) for one in document["callers"]),
                "answers_at": None if answers_at is None else (answers_at[0], answers_at[1]),
            }
        )
