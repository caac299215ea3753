"""How quick are the answers, and how do calls end?"""

from prometheus_client import CollectorRegistry, Counter, Histogram

from voicebot.calls.model import CallId, CallRecord, Direction, TurnRecord
from voicebot.telemetry.buckets import PATIENCE_S, STAGE_S, TURN_S
from voicebot.telemetry.metrics import METRICS, NO_ROUTE

_STAGES = ("endpointing", "recognition", "retrieval", "first_phrase", "synthesis")


class CallMetrics:
    """Of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waited: set[CallId] = set()
        self._turns = Histogram(
            "voicebot_turn_seconds",
            "Caller's last speech to the first audio of the answer, by who answered.",
            ["tier"],
            buckets=TURN_S,
            registry=registry,
        )
        self._stages = Histogram(
            "voicebot_turn_stage_seconds",
            "Where a turn's time went.",
            ["stage"],
            buckets=STAGE_S,
            registry=registry,
        )
        self._interruptions = Counter(
            "voicebot_interruptions", "Answers that the caller cut short.", registry=registry
        )
        self._greetings = Histogram(
            "voicebot_greeting_seconds",
            "Call offered to the agents until the greeting begins, for callers who did not wait.",
            buckets=TURN_S,
            registry=registry,
        )
        self._calls = Counter(
            "voicebot_calls",
            "Calls that are over.",
            ["direction", "outcome", "handled_by"],
            registry=registry,
        )
        self._lengths = Histogram(
            "voicebot_call_seconds",
            "How long calls lasted.",
            ["outcome"],
            buckets=PATIENCE_S,
            registry=registry,
        )

    def turn_over(self, turn: TurnRecord) -> None:
        """A turn was heard to its end, or cut short."""
        timings = turn.timings
        if turn.was_interrupted:
            self._interruptions.inc()
        if turn.heard and timings.total_ms is not None:
            tier = NO_ROUTE if turn.route is None else turn.route.tier.value
            self._turns.labels(tier).observe(timings.total_ms / 1000)
        for stage in _STAGES:
            took_ms: int | None = getattr(timings, f"{stage}_ms")
            if took_ms is not None:
                self._stages.labels(stage).observe(took_ms / 1000)

    def waits(self, call_id: CallId) -> None:
        """Not let in at once: when the greeting begins says nothing of our speed."""
        self._waited.add(call_id)

    def call_is_over(self, record: CallRecord) -> None:
        direction, call_id = record.facts.direction, record.facts.call_id
        if record.turns and direction is Direction.INBOUND and call_id not in self._waited:
            greeted_s = (record.turns[0].started_at - record.started_at).total_seconds()
            self._greetings.observe(greeted_s)
        self._waited.discard(call_id)
        self._calls.labels(direction.value, record.outcome.value, record.handled_by.value).inc()
        if direction is not Direction.PROBE:
            lasted_s = (record.ended_at - record.started_at).total_seconds()
            self._lengths.labels(record.outcome.value).observe(lasted_s)


# Of this process.
CALLS = CallMetrics(METRICS.registry)
