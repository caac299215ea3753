"""How does a worker's part of a call get into the call's trace (OpenTelemetry, OTLP over HTTP)?

Only where a collector is configured: otherwise nothing of it is imported. What goes along with a
work says which trace it belongs to (traceparent, W3C Trace Context).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from workers.errors import SettingsInvalid

REMEDY: Final = "VOICEBOT_OTLP_URL is set: install the traces with: pip install 'voicebot[tracing]'"
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")


class WorkerTraces:
    """Of one process; off until `sent_to`."""

    def __init__(self) -> None:
        self._tracer: Any = None
        self._provider: Any = None

    @contextmanager
    def sent_to(self, url: str, process: str) -> Iterator[None]:
        """While inside, they go there; "": nowhere. Raises SettingsInvalid."""
        if not url:
            yield
            return
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise SettingsInvalid(REMEDY) from error
        resource = Resource.create({"service.name": "voicebot", "service.instance.id": process})
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=2)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._provider = provider
        self._tracer = provider.get_tracer("workers")
        try:
            yield
        finally:
            self._tracer = None
            provider.shutdown()

    def work_over(
        self, trace: str, stage: str, result: str, queued_s: float, taken_at_s: float, took_s: float
    ) -> None:
        """`taken_at_s`: of the Unix epoch."""
        if self._tracer is None or (parent := _parent(trace)) is None:
            return
        span = self._tracer.start_span(
            f"work {stage}",
            context=parent,
            start_time=round(taken_at_s * 1e9),
            attributes={
                "voicebot.stage": stage,
                "voicebot.result": result,
                "voicebot.queued_ms": round(queued_s * 1000),
            },
        )
        span.end(round((taken_at_s + took_s) * 1e9))


def _parent(trace: str) -> Any:
    """None: the agent traces nothing, or tells what is none."""
    match = _TRACEPARENT.fullmatch(trace)
    if match is None:
        return None
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    asking = SpanContext(
        int(match[1], 16),
        int(match[2], 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return set_span_in_context(NonRecordingSpan(asking), Context())


# Of this process.
TRACES = WorkerTraces()
