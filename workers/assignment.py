"""What becomes of one message that Celery hands to a worker?

Every message ends in exactly one last reply: the stage's own when its engine
succeeded, FAILED with a stable reason otherwise. Work that nobody wants any more
is dropped before the engine sees it. Nothing of what callers say reaches a log.
"""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from redis import Redis
from structlog.contextvars import bound_contextvars

from workers.contract import FailureReason, Reply, ReplyKind, Unit, Work
from workers.deadline import time_left_s
from workers.effort_shares import EffortMeter
from workers.errors import WorkFailed
from workers.metrics import DONE, METRICS
from workers.streams import WorkChannel
from workers.traces import TRACES

log = structlog.get_logger("workers")

AnyWork = TypeVar("AnyWork", bound=Work)


@dataclass(frozen=True, slots=True)
class Closing:
    """How a stage ends a work that succeeded; the times are added by `carry_out`."""

    kind: ReplyKind = ReplyKind.FINISHED
    text: str = ""
    confidence: float = 1.0


def carry_out(
    kind_of_work: type[AnyWork],
    message: Mapping[str, Any],
    sent_at_s: float | None,
    redis: Redis,
    answer: Callable[[AnyWork, WorkChannel], Closing],
    wall_clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    *,
    queue: str = "",
    meter: EffortMeter | None = None,
) -> None:
    """Does one piece of work and says how it ended. `queue`: under which its effort is counted."""
    taken_at_s, started_s = wall_clock(), monotonic()
    queued_ms = 0 if sent_at_s is None else max(0, round((taken_at_s - sent_at_s) * 1000))
    try:
        work = kind_of_work.from_dict(message)
    except (KeyError, TypeError) as error:
        # Without a whole message nobody is known who could be answered.
        log.error("work.malformed", stage=kind_of_work.__name__, error=type(error).__name__)
        METRICS.work_over("malformed", queued_ms / 1000, 0.0)
        return
    until_s = started_s + time_left_s(work.deadline_at_s, sent_at_s, taken_at_s)
    channel = WorkChannel(work, redis, lambda: until_s - monotonic(), queue)
    with METRICS.in_hand(), bound_contextvars(call_id=work.call_id, work_id=work.work_id):
        begun = None if meter is None else meter.begin()
        ended = _ended(work, channel, answer)
        took_s = monotonic() - started_s
        if isinstance(ended, FailureReason):
            log.info("work.failed", reason=ended.value)
            reply = Reply(work.work_id, ReplyKind.FAILED, reason=ended.value, queued_ms=queued_ms)
        else:
            reply = Reply(
                work.work_id,
                ended.kind,
                text=ended.text,
                confidence=ended.confidence,
                queued_ms=queued_ms,
                engine_ms=round(took_s * 1000),
            )
        channel.spend(Unit.WORKS, 1)
        channel.spend(Unit.ENGINE_MS, round(took_s * 1000))
        if meter is not None and begun is not None:
            for unit, quantity in meter.end(begun).items():
                channel.spend(unit, quantity)
        channel.send_last(reply)
    result = ended.value if isinstance(ended, FailureReason) else DONE
    METRICS.work_over(result, queued_ms / 1000, took_s)
    stage = type(work).stage.value
    TRACES.work_over(work.trace, stage, result, queued_ms / 1000, taken_at_s, took_s)


def _ended(
    work: AnyWork, channel: WorkChannel, answer: Callable[[AnyWork, WorkChannel], Closing]
) -> Closing | FailureReason:
    try:
        channel.check_wanted()
        return answer(work, channel)
    except WorkFailed as failure:
        return failure.reason
    except Exception as error:
        # The engine's fault, whatever it was: the agent must hear of it now, not at its deadline.
        # Its message may quote the caller, so only the place is logged.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "work.engine_failed",
            error=type(error).__name__,
            place=f"{place.filename}:{place.lineno}",
        )
        return FailureReason.ENGINE_FAILED
