"""Does the service work, as somebody hears it who calls it?

Judges the report of one short call: a greeting, one question, an answer whose words are known.
Every limit that was missed is named, so that the metrics, the log and the exit code agree.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from voicebot.caller.words import contains_words


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """Beyond these a caller would find that something is wrong."""

    greeting_ms: int = 3_000  # INVITE to the greeting's first sound
    dead_air_ms: int = 3_000  # the longest in any turn
    voice_to_voice_ms: int = 2_000
    # Recognition of an answer may miss a word; a wrong answer shares far fewer with the right one.
    understood_share: float = 0.7


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one probe found. None: it did not come to that."""

    placed_at: str  # UTC, ISO 8601; "" when no call was placed
    is_held: bool
    failure: str | None  # why it was not held, for people
    answered_ms: int | None = None
    greeting_ms: int | None = None
    voice_to_voice_ms: int | None = None
    dead_air_ms: int | None = None
    understood_share: float = 0.0  # of the expected words, heard in the answer
    faults: tuple[str, ...] = ()  # names of the limits that were missed

    @property
    def is_well(self) -> bool:
        return self.is_held and not self.faults

    @property
    def is_understood(self) -> bool:
        return self.is_held and "understood" not in self.faults

    @property
    def exit_code(self) -> int:
        """0 well, 1 not well, 2 no call could be held."""
        if not self.is_held:
            return 2
        return 0 if self.is_well else 1

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "is_well": self.is_well, "is_understood": self.is_understood}


def not_placed(failure: str) -> ProbeResult:
    """There was no call at all."""
    return ProbeResult(placed_at="", is_held=False, failure=failure)


def judge_probe(
    report: Mapping[str, Any], heard: str, expected: str, limits: ProbeLimits
) -> ProbeResult:
    """`report`: as `voicebot call --json` prints it; `heard`: transcript of the answer."""
    if not report["is_held"]:
        return ProbeResult(report["placed_at"], is_held=False, failure=report["failure"])
    turns: list[Mapping[str, Any]] = report["turns"]
    greeting_ms: int | None = report["set_up"]["greeting_ms"]
    voice_to_voice_ms: int | None = turns[1]["voice_to_voice_ms"] if len(turns) > 1 else None
    dead_air_ms: int = max(turn["dead_air_ms"] for turn in turns)
    share = contains_words(heard, expected) if heard else 0.0
    is_missed = {
        "greeting": greeting_ms is None or greeting_ms > limits.greeting_ms,
        "voice_to_voice": voice_to_voice_ms is None or voice_to_voice_ms > limits.voice_to_voice_ms,
        "dead_air": dead_air_ms > limits.dead_air_ms,
        "understood": share < limits.understood_share,
    }
    return ProbeResult(
        placed_at=report["placed_at"],
        is_held=True,
        failure=None,
        answered_ms=report["set_up"]["answered_ms"],
        greeting_ms=greeting_ms,
        voice_to_voice_ms=voice_to_voice_ms,
        dead_air_ms=dead_air_ms,
        understood_share=round(share, 3),
        faults=tuple(name for name, missed in is_missed.items() if missed),
    )


def metrics(result: ProbeResult, finished_at_s: float) -> str:
    """The result for Prometheus (text format 0.0.4); what did not happen has no sample."""
    samples: list[tuple[str, str, float | int | None]] = [
        ("held", "Whether the probe's call was held.", int(result.is_held)),
        ("well", "Whether all was within its limits.", int(result.is_well)),
        ("understood", "Whether the right answer was heard.", int(result.is_understood)),
        ("understood_ratio", "Expected words heard in the answer.", result.understood_share),
        ("set_up_seconds", "INVITE to answer.", _seconds(result.answered_ms)),
        ("greeting_seconds", "INVITE to the first sound.", _seconds(result.greeting_ms)),
        ("voice_to_voice_seconds", "Question to answer.", _seconds(result.voice_to_voice_ms)),
        ("dead_air_seconds", "Longest silence in a turn.", _seconds(result.dead_air_ms)),
        ("finished_timestamp_seconds", "When the last probe was over.", round(finished_at_s, 3)),
    ]
    return "".join(
        f"# HELP voicebot_probe_{name} {meaning}\n# TYPE voicebot_probe_{name} gauge\n"
        f"voicebot_probe_{name} {value}\n"
        for name, meaning, value in samples
        if value is not None
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
