"""What do an agent and a worker say to each other?

The only module of `workers` that agents know. Celery carries the *start* of a
piece of work (a `…Work` value as its single JSON argument) to the queue of its
stage. Everything else goes over Redis: audio to a worker in one key, results
back as entries of the reply stream of the agent process that asked. A work that
is no longer wanted is cancelled by setting its cancel key, which workers look
at before they start and between tokens or chunks.

Times that cross machines are `…_at_s`: seconds of the Unix epoch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, Self


class Stage(StrEnum):
    """A stage of inference; also the name of its Celery queue."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"


# A stage's pools, for work that wants particular workers: each a queue beside the stage's own, that
# of workers who do whatever comes.
POOLS: Mapping[Stage, tuple[str, ...]] = {
    Stage.STT: ("stt.fast", "stt.accurate"),
    Stage.LLM: ("llm.small", "llm.large"),
    Stage.TTS: (),
}
TASKS: Mapping[Stage, str] = {stage: f"workers.{stage}.run" for stage in Stage}

# Streams and audio keys are bounded and expire, so that a dead agent leaves nothing behind.
REPLY_STREAM_MAX_ENTRIES = 20_000
KEY_LIFETIME_S = 60
WORKER_LEASE_S = 5
# What was spent on a call is fetched soon after its end.
USAGE_LIFETIME_S = 24 * 3600
# So long after the last sign of life of its last worker, a stage counts as deserted.
STAGE_LEASE_MS = 2_000

# Among a worker's languages: whatever its model makes of it. Only language models say so.
ANY_LANGUAGE = "*"
# As `max_tokens`: generate nothing, only make what the messages begin with fast to begin with.
WARM_ONLY = 0
# Holds the version of the synthesizer in use, so that cached speech is not mixed of two; for ever.
SPEECH_ENGINE_KEY = "speech:engine"
# Holds the language model in use, so that replies kept are not mixed of two; for ever.
MODEL_KEY = "llm:model"


def audio_key(work_id: str) -> str:
    """Holds the audio of one utterance until a worker takes it."""
    return f"work:{work_id}:audio"


def cancel_key(work_id: str) -> str:
    """Exists when the work is no longer wanted."""
    return f"work:{work_id}:cancelled"


def reply_stream(agent: str) -> str:
    """Carries all results for one agent process."""
    return f"replies:{agent}"


def worker_key(stage: Stage, worker: str) -> str:
    """A ready worker's lease: engine, model, slots, conversations as JSON, for WORKER_LEASE_S."""
    return f"worker:{stage}:{worker}"


def workers_known(stage: Stage) -> str:
    """The names of a stage's workers, those that died of late included: whose leases to read."""
    return f"workers-known:{stage}"


def usage_key(call_id: str) -> str:
    """What workers have spent on a call: a hash of `queue.unit`, for USAGE_LIFETIME_S."""
    return f"usage:{call_id}"


class Unit(StrEnum):
    """What workers count of their effort for a call."""

    WORKS = "works"
    ENGINE_MS = "engine_ms"  # that a worker had it in hand, waiting for its engine included
    AUDIO_MS = "audio_ms"  # of speech that was read, STT
    CHARACTERS = "characters"  # that were spoken, TTS
    PROMPT_TOKENS = "prompt_tokens"  # that a reply was made from, remembered ones included, LLM
    REPLY_TOKENS = "reply_tokens"  # that were generated, LLM
    CPU_MS = "cpu_ms"  # of processors, its share of what the worker's process took
    GPU_MS = "gpu_ms"  # its share of the time that GPUs were held
    KEPT_CHARACTERS = "kept_characters"  # spoken from speech made before; agents count these


def serving_language(language: str, installed: Iterable[str]) -> str | None:
    """Which of these languages serves a request in this one (BCP 47); None when none does.

    Itself before the same language without a region, that before any other region of it.
    """
    wanted = language.lower()
    primary = wanted.partition("-")[0]

    def distance(one: str) -> int | None:
        lowered = one.lower()
        if lowered == wanted:
            return 0
        if lowered.partition("-")[0] == primary:
            return 1 if lowered == primary else 2
        return 3 if one == ANY_LANGUAGE else None

    known = [(far, one) for one in installed if (far := distance(one)) is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else None


def queues_of(stage: Stage) -> tuple[str, ...]:
    """The stage's own queue, and those of its pools."""
    return (stage.value, *POOLS[stage])


def queue_key(queue: str) -> str:
    """Exists while any worker of the queue lives; agents look at it all the time."""
    return f"workers:{queue}"


def stage_key(stage: Stage) -> str:
    """Exists while a worker lives that does whatever comes to its stage."""
    return queue_key(stage.value)


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: who asked, where the result goes, when it is worthless."""

    stage: ClassVar[Stage]
    work_id: str
    call_id: str
    reply_to: str
    deadline_at_s: float
    # Which trace it belongs to (traceparent, W3C Trace Context); "": none.
    trace: str = field(default="", kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, message: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError when the message is not of this kind."""
        # What has a default may be absent: an agent of an earlier release does not know it.
        known = (f for f in fields(cls) if f.name in message or f.default is MISSING)
        return cls(**{field.name: message[field.name] for field in known})


@dataclass(frozen=True, slots=True)
class RecognizeWork(Work):
    """Recognise one utterance, whose audio lies under `audio_key(work_id)`."""

    stage: ClassVar[Stage] = Stage.STT
    encoding: str  # ulaw, alaw, slin (8 kHz) or slin16
    language: str  # BCP 47, as the business file says: "en"
    hint: str  # words likely to occur, or ""
    accurate: bool  # the full window, for digits and recordings; slower


@dataclass(frozen=True, slots=True)
class RespondWork(Work):
    """Continue a conversation; tokens come back as they are generated."""

    stage: ClassVar[Stage] = Stage.LLM
    messages: list[dict[str, str]]  # [{"role": "system" | "user" | "assistant", "content": …}]
    max_tokens: int
    temperature: float
    grammar: str | None = None  # GBNF that the whole reply must fit


@dataclass(frozen=True, slots=True)
class SynthesizeWork(Work):
    """Speak one phrase; audio comes back in chunks of whole frames but the last."""

    stage: ClassVar[Stage] = Stage.TTS
    text: str
    language: str
    voice: str  # "" is the engine's own
    encoding: str  # ulaw, alaw, slin (8 kHz) or slin16


class ReplyKind(StrEnum):
    """What one entry of a reply stream is."""

    TOKEN = "token"  # noqa: S105 — LLM: `text` continues the reply
    AUDIO = "audio"  # TTS: `audio` continues the phrase
    TRANSCRIPT = "transcript"  # STT: `text`, whole; `confidence` 0 to 1
    FINISHED = "finished"  # the last entry of a work that succeeded
    FAILED = "failed"  # the last entry of a work that did not; `reason` is a stable code


class FailureReason(StrEnum):
    """Why a work failed."""

    EXPIRED = "expired"  # its deadline had passed
    CANCELLED = "cancelled"
    AUDIO_MISSING = "audio-missing"
    LANGUAGE_UNSUPPORTED = "language-unsupported"
    GRAMMAR_UNSUPPORTED = "grammar-unsupported"  # the model's server cannot constrain replies
    BAD_REQUEST = "bad-request"
    ENGINE_FAILED = "engine-failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """One entry of a reply stream."""

    work_id: str
    kind: ReplyKind
    text: str = ""
    audio: bytes = b""
    confidence: float = 1.0
    reason: str = ""
    # On TRANSCRIPT and FINISHED: ms the work waited in its queue, and ms the engine took.
    queued_ms: int = 0
    engine_ms: int = 0

    def to_fields(self) -> dict[str, str | bytes]:
        """The fields of the stream entry; defaults are left out."""
        entry: dict[str, str | bytes] = {"work_id": self.work_id, "kind": self.kind.value}
        for name in ("text", "audio", "confidence", "reason", "queued_ms", "engine_ms"):
            value = getattr(self, name)
            if value != _REPLY_DEFAULTS[name]:
                entry[name] = value if isinstance(value, str | bytes) else repr(value)
        return entry

    @classmethod
    def from_fields(cls, entry: Mapping[bytes, bytes]) -> Self:
        """Raises KeyError or ValueError when the entry is not a reply."""
        return cls(
            work_id=entry[b"work_id"].decode(),
            kind=ReplyKind(entry[b"kind"].decode()),
            text=entry.get(b"text", b"").decode(),
            audio=entry.get(b"audio", b""),
            confidence=float(entry.get(b"confidence", b"1.0")),
            reason=entry.get(b"reason", b"").decode(),
            queued_ms=int(entry.get(b"queued_ms", b"0")),
            engine_ms=int(entry.get(b"engine_ms", b"0")),
        )


_REPLY_DEFAULTS: Mapping[str, Any] = {
    field.name: field.default for field in fields(Reply) if field.name not in ("work_id", "kind")
}
