"""How does one worker process come up, serve its stage, and go?

The engine first: a missing package, its weights or its server is an error at
start, never at the first call. Then one dummy inference, then how many
conversations it bears (`calibrating`), then the queue, then the lease that tells the others it
is ready. Workers run at lower priority than
Asterisk and the agents, or inference would delay audio frames.
"""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from typing import Any, Final

import structlog
from celery import Celery, signals
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from workers.assignment import Closing, carry_out
from workers.calibrating import WAITS_FOR_TURN_S, conversations_of
from workers.celery_app import create_app, run_worker
from workers.contract import (
    MODEL_KEY,
    POOLS,
    SPEECH_ENGINE_KEY,
    TASKS,
    RecognizeWork,
    RespondWork,
    Stage,
    SynthesizeWork,
    Work,
)
from workers.effort_shares import EffortMeter
from workers.engines import languages_of, load_engine
from workers.languages import ByLanguage, NamedEngine
from workers.lease import Lease, ReadyWorker
from workers.llm.openai_engine import OpenAiEngine
from workers.llm.task import respond, warm_last_prefix
from workers.machine_turn import MachineTurn
from workers.metrics import METRICS, served
from workers.settings import WorkerSettings
from workers.streams import WorkChannel
from workers.stt.task import recognize
from workers.stt.whisper_runs import CPU
from workers.traces import TRACES
from workers.tts.task import synthesize

# Below Asterisk and the agents, above what merely tidies up.
NICENESS: Final = 5
# Its model is the one whose replies are kept.
SMALL_POOL: Final = POOLS[Stage.LLM][0]
# First pieces of phrases: whoever comes third waits for a turn in any case.
TTS_SLOTS: Final = 8

log = structlog.get_logger("workers")


def default_concurrency(stage: Stage, settings: WorkerSettings) -> int:
    """How many pieces of work the stage does at once."""
    slots = {Stage.STT: settings.stt_slots, Stage.LLM: settings.llm_slots, Stage.TTS: TTS_SLOTS}
    return slots[stage]


ANSWERS: Final[Mapping[Stage, tuple[type[Work], Callable[..., Closing]]]] = {
    Stage.STT: (RecognizeWork, recognize),
    Stage.LLM: (RespondWork, respond),
    Stage.TTS: (SynthesizeWork, synthesize),
}


def gpus_of(engine: NamedEngine, settings: WorkerSettings) -> int:
    """That are held while this worker has work in hand."""
    distinct = engine.distinct if isinstance(engine, ByLanguage) else (engine,)
    own = sum(getattr(one, "device", CPU) != CPU for one in distinct)
    return settings.llm_gpus if isinstance(engine, OpenAiEngine) else min(own, 1)


def register_task(
    app: Celery, stage: Stage, engine: NamedEngine, redis: Redis, queue: str, gpus: int
) -> None:
    """Makes the stage's one task known to Celery. `queue`: what this worker serves."""
    kind_of_work, answer = ANSWERS[stage]
    answer_work: Callable[[Any, WorkChannel], Closing] = partial(answer, engine)
    meter = EffortMeter(gpus)

    def run(task: Any, message: Mapping[str, Any]) -> None:
        sent_at_s = task.request.get("sent_at_s")
        carry_out(kind_of_work, message, sent_at_s, redis, answer_work, queue=queue, meter=meter)

    app.task(run, name=TASKS[stage], bind=True, ignore_result=True)


def serve(
    stage: Stage,
    settings: WorkerSettings,
    concurrency: int | None,
    pools: Sequence[str] = (),
    metrics_port: int = 0,
) -> int:
    """Runs one worker until it is told to stop; returns its exit code. Raises EngineMissing.

    `pools`: those it works for; none: it does whatever comes to its stage.
    """
    # Whoever started this process may have made it nicer already.
    os.nice(max(0, NICENESS - os.nice(0)))
    slots = default_concurrency(stage, settings) if concurrency is None else concurrency
    turn = MachineTurn(settings.state_dir / "calibration" / "turn.lock")
    with turn.loading(WAITS_FOR_TURN_S):
        engine = load_engine(stage, settings, slots)
        engine.warm_up()
    conversations = conversations_of(stage, engine, settings, slots, turn)
    redis = Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=2,
        socket_timeout=5,
        # Redis restarts within this; longer, and the work has expired anyway.
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 5),
    )
    app = create_app(settings.redis_url, stage)
    queue = "+".join(pools) or stage.value
    register_task(app, stage, engine, redis, queue, gpus_of(engine, settings))
    name = f"{socket.gethostname()}-{os.getpid()}"
    languages = languages_of(engine, settings)
    facts = ReadyWorker(
        engine.name, engine.model, slots, conversations, os.getpid(), languages, tuple(pools)
    )
    with ExitStack() as until_stopped:
        until_stopped.enter_context(
            served(metrics_port, settings.metrics_address, queue, version("voicebot"))
        )
        until_stopped.enter_context(TRACES.sent_to(settings.otlp_url, f"worker-{queue}"))
        METRICS.bears(slots, conversations)

        def announce(**_: object) -> None:
            # Redis answers now: Celery has just begun to consume.
            if stage is Stage.TTS:
                redis.set(SPEECH_ENGINE_KEY, "+".join(voice.version for voice in engine.distinct))
            if stage is Stage.LLM and (not pools or SMALL_POOL in pools):
                redis.set(MODEL_KEY, f"{engine.name}:{engine.model}")
            if stage is Stage.LLM and not settings.llm_url:
                warm_last_prefix(engine, redis)
            until_stopped.enter_context(Lease(redis, stage, name, facts, METRICS.busy_ms))
            log.info(
                "worker.ready",
                stage=stage.value,
                model=engine.model,
                slots=slots,
                conversations=conversations,
                pools=pools,
            )

        signals.worker_ready.connect(announce, weak=False)
        code = run_worker(app, name, stage, slots, pools or (stage.value,))
    log.info("worker.stopped", stage=stage.value)
    return code
