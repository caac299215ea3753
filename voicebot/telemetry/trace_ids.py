"""Which ids do spans get? The call's own span those that are told beforehand, others any."""

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator


class CallIds(RandomIdGenerator):
    """Ids of spans; told and asked in one thread, with nothing in between."""

    def __init__(self) -> None:
        self._trace_id: int | None = None
        self._span_id: int | None = None

    def next_is(self, trace_id: int, span_id: int) -> None:
        self._trace_id, self._span_id = trace_id, span_id

    def generate_trace_id(self) -> int:
        told, self._trace_id = self._trace_id, None
        return super().generate_trace_id() if told is None else told

    def generate_span_id(self) -> int:
        told, self._span_id = self._span_id, None
        return super().generate_span_id() if told is None else told
