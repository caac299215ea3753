"""How do a call's spans get to a collector of traces (OpenTelemetry, OTLP over HTTP)?

Only where one is configured: otherwise nothing of it is even imported, and each mark is one look
at a variable. Spans are handed over in batches by a thread; a collector that is away costs spans,
never a call anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from voicebot.calls.model import CallId, CallRecord
from voicebot.errors import ConfigurationError, InferenceError
from voicebot.telemetry.call_spans import CallSpan, root_span_id_of, span_of, trace_id_of

REMEDY = "VOICEBOT_OTLP_URL is set: install the traces with: pip install 'voicebot[tracing]'"


class Traces:
    """Of one process; off until `sent_to`."""

    def __init__(self) -> None:
        self._tracer: Any = None
        self._provider: Any = None
        self._ids: Any = None

    @contextmanager
    def sent_to(self, url: str, process: str) -> Iterator[None]:
        """While inside, they go there; "": nowhere. Raises ConfigurationError."""
        if not url:
            yield
            return
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            from voicebot.telemetry.trace_ids import CallIds
        except ImportError as error:
            raise ConfigurationError(REMEDY) from error
        self._ids = CallIds()
        resource = Resource.create({"service.name": "voicebot", "service.instance.id": process})
        provider = TracerProvider(id_generator=self._ids, resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=2)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._provider = provider
        self._tracer = provider.get_tracer("voicebot")
        try:
            yield
        finally:
            self._tracer = None
            provider.shutdown()

    @contextmanager
    def asking(self, call_id: CallId, stage: str) -> Iterator[str]:
        """While inside, workers are asked; gives what goes along with the work (traceparent)."""
        if self._tracer is None or not call_id:
            yield ""
            return
        span = self._tracer.start_span(f"ask {stage}", context=_within(call_id))
        span.set_attribute("voicebot.stage", stage)
        own = span.get_span_context()
        try:
            yield f"00-{own.trace_id:032x}-{own.span_id:016x}-01"
        except InferenceError as error:
            span.set_attribute("error.type", error.code)
            raise
        finally:
            span.end()

    def call_is_over(self, record: CallRecord) -> None:
        if self._tracer is None:
            return
        call_id = record.facts.call_id
        self._ids.next_is(trace_id_of(call_id), root_span_id_of(call_id))
        self._tell(span_of(record), None)

    def _tell(self, told: CallSpan, within: Any) -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import set_span_in_context

        span = self._tracer.start_span(
            told.name,
            context=Context() if within is None else within,
            start_time=_ns(told.begun_at),
            attributes=dict(told.attributes),
        )
        for part in told.parts:
            self._tell(part, set_span_in_context(span, Context()))
        span.end(_ns(told.ended_at))


def _within(call_id: CallId) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    root = SpanContext(
        trace_id_of(call_id),
        root_span_id_of(call_id),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return set_span_in_context(NonRecordingSpan(root), Context())


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1e9)


# Of this process.
TRACES = Traces()
