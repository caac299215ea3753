"""What did one call use? Amounts, and no money."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of workers, by the queue that they serve: a stage ("stt"), or a pool of one ("llm.large").
Queue = str


@dataclass(frozen=True, slots=True)
class WorkUsage:
    """What the workers of one queue did for it."""

    works: int = 0
    engine_ms: int = 0  # that workers had it in hand, waiting for their engine included
    audio_ms: int = 0  # of speech that was read
    characters: int = 0  # that were spoken
    prompt_tokens: int = 0  # that replies were made from
    reply_tokens: int = 0
    cpu_ms: int = 0  # of processors, each counting for itself
    gpu_ms: int = 0  # that a GPU was held for it, shared out among all that held it
    kept_characters: int = 0  # that were spoken from speech made before

    def __add__(self, other: "WorkUsage") -> "WorkUsage":
        return WorkUsage(
            self.works + other.works,
            self.engine_ms + other.engine_ms,
            self.audio_ms + other.audio_ms,
            self.characters + other.characters,
            self.prompt_tokens + other.prompt_tokens,
            self.reply_tokens + other.reply_tokens,
            self.cpu_ms + other.cpu_ms,
            self.gpu_ms + other.gpu_ms,
            self.kept_characters + other.kept_characters,
        )


@dataclass(frozen=True, slots=True)
class CallUsage:
    """`trunk_s`: from the answer to the end, whoever the caller was with."""

    trunk_s: float = 0.0
    is_outbound: bool = False
    works: Mapping[Queue, WorkUsage] = field(default_factory=dict)
