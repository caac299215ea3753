"""May work go to the workers of this queue, by what became of the work before it?

One breaker for each queue, a stage's own or a pool's, as this process sees it. Only what the
workers do counts: that nobody is there, that Redis is away or that a request was bad says nothing
of them. A work that nobody waited for any more says nothing either, unless it was late already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from voicebot.capacity.circuit_breaker import BreakerRules, BreakerState, CircuitBreaker, Permit
from voicebot.errors import InferenceRefused, InferenceTimeout
from voicebot.telemetry.health_metrics import HEALTH
from workers.contract import WARM_ONLY, FailureReason, RespondWork, Stage, Work, queues_of

# An InferenceRefused of all queues that could have done the work.
BREAKER_OPEN = "breaker-open"

# How long the first answer may take. Many times a turn's budget (60 to 160 ms a stage): slowness
# is answered by fewer slots, long before. A late reply has a substitute, kept or scripted, at once;
# a late transcript has none, so it is waited for almost until its deadline (4 s); speech whose
# first sound is 2 s away is given up by the speech cache anyway.
LATE_AFTER_S: Final[Mapping[Stage, float]] = {Stage.STT: 3.0, Stage.LLM: 2.0, Stage.TTS: 2.0}
# Work with more time than this is done ahead of need, much of it at once: no caller waits for it.
URGENT_WITHIN_S = 6.0

log = structlog.get_logger("inference")


@dataclass(slots=True)
class Passage:
    """One work that may pass; told of its first answer."""

    queue: str
    permit: Permit
    is_urgent: bool
    started_at: float
    _first_after_s: float | None = None

    def answered(self, now: float) -> None:
        if self._first_after_s is None:
            self._first_after_s = now - self.started_at

    @property
    def has_answer(self) -> bool:
        return self._first_after_s is not None

    def latency_s(self, now: float) -> float:
        """Until the first answer, or until now; 0 where nobody waited for it."""
        if not self.is_urgent:
            return 0.0
        return now - self.started_at if self._first_after_s is None else self._first_after_s


def _closed() -> dict[str, CircuitBreaker]:
    return {
        queue: CircuitBreaker(BreakerRules(LATE_AFTER_S[stage]))
        for stage in Stage
        for queue in queues_of(stage)
    }


@dataclass(slots=True)
class Breakers:
    """Of all queues. `now`: monotonic seconds."""

    _of: dict[str, CircuitBreaker] = field(default_factory=_closed)

    def states(self) -> Mapping[str, BreakerState]:
        """Of every queue."""
        return {queue: breaker.state for queue, breaker in self._of.items()}

    def would_pass(self, queue: str, now: float) -> bool:
        return self._of[queue].would_pass(now)

    def admit(
        self, stage: Stage, queues: Iterable[str], work: Work, deadline_s: float, now: float
    ) -> Passage:
        """To the first of these queues that work may go to; raises InferenceRefused."""
        for queue in queues:
            permit = self._of[queue].admit(now)
            self._tell_changes(queue)
            if permit is not None:
                return Passage(queue, permit, _is_urgent(work, deadline_s), now)
        raise InferenceRefused(stage.value, BREAKER_OPEN)

    def worked(self, passage: Passage, now: float) -> None:
        """The work has ended well."""
        self._ended(passage, now, failed=False)

    def failed(self, passage: Passage, error: BaseException, now: float) -> None:
        """It has ended by an error, the end of the wait for it included."""
        if _is_workers_failure(error, passage):
            self._ended(passage, now, failed=True)
        elif passage.has_answer or (_is_unwanted(error) and self._is_late(passage, now)):
            self._ended(passage, now, failed=False)
        else:
            self._of[passage.queue].withdrawn(passage.permit)

    def _ended(self, passage: Passage, now: float, *, failed: bool) -> None:
        breaker = self._of[passage.queue]
        breaker.ended(passage.permit, now, failed=failed, latency_s=passage.latency_s(now))
        self._tell_changes(passage.queue)

    def _is_late(self, passage: Passage, now: float) -> bool:
        return passage.latency_s(now) > self._of[passage.queue].rules.late_after_s

    def _tell_changes(self, queue: str) -> None:
        for change in self._of[queue].take_changes():
            HEALTH.breaker_changed(queue, change)
            log.warning(
                "inference.breaker_changed",
                queue=queue,
                before=change.before.value,
                now=change.now.value,
                cause=change.cause.value,
            )


def _is_urgent(work: Work, deadline_s: float) -> bool:
    is_warming = isinstance(work, RespondWork) and work.max_tokens == WARM_ONLY
    return deadline_s <= URGENT_WITHIN_S and not is_warming


def _is_workers_failure(error: BaseException, passage: Passage) -> bool:
    if isinstance(error, InferenceTimeout):
        return passage.is_urgent
    return isinstance(error, InferenceRefused) and error.reason == FailureReason.ENGINE_FAILED


def _is_unwanted(error: BaseException) -> bool:
    """Cancelled, or its iterator closed: whoever waited waits no more."""
    return not isinstance(error, Exception)
