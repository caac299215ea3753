"""What comes to a collector of traces, over a real socket."""

import subprocess
import sys

import pytest

from tests.fakes.sample_calls import a_record
from tests.fakes.trace_collector import collecting
from voicebot.calls.model import CallId
from voicebot.errors import InferenceTimeout
from voicebot.telemetry.call_spans import root_span_id_of, trace_id_of
from voicebot.telemetry.traces import Traces
from workers.traces import WorkerTraces


def test_a_call_its_turns_the_question_and_the_work_are_one_trace() -> None:
    record, agent, worker = a_record(), Traces(), WorkerTraces()
    call_id = record.facts.call_id
    with (
        collecting() as collector,
        agent.sent_to(collector.url, "agent"),
        worker.sent_to(f"{collector.url}/", "worker-stt"),
    ):
        with agent.asking(call_id, "stt") as trace:
            worker.work_over(trace, "stt", "done", 0.01, 1_000.0, 0.2)
        agent.call_is_over(record)
        agent._provider.force_flush()
        worker._provider.force_flush()
    assert {span.trace_id for span in collector.spans} == {trace_id_of(call_id).to_bytes(16)}
    (call,), (asked,), (worked,) = map(collector.named, ("call", "ask stt", "work stt"))
    assert call.span_id == root_span_id_of(call_id).to_bytes(8)
    assert not call.parent_span_id
    assert asked.parent_span_id == call.span_id
    assert worked.parent_span_id == asked.span_id
    assert worked.end_time_unix_nano - worked.start_time_unix_nano == 200_000_000
    turns = collector.named("turn")
    assert len(turns) == len(record.turns)
    assert {turn.parent_span_id for turn in turns} == {call.span_id}
    sent = b"".join(collector.raw)
    for private in (record.facts.caller_number, record.turns[0].heard, record.turns[0].said):
        assert private.encode() not in sent


def test_a_question_that_failed_says_why() -> None:
    agent = Traces()
    with collecting() as collector, agent.sent_to(collector.url, "agent"):
        with pytest.raises(InferenceTimeout), agent.asking(CallId("node1-1.1"), "llm"):
            raise InferenceTimeout("llm", 5)
        agent._provider.force_flush()
    (asked,) = collector.named("ask llm")
    told = {one.key: one.value.string_value for one in asked.attributes}
    assert told["error.type"] == InferenceTimeout.code


def test_without_a_collector_nothing_goes_along() -> None:
    agent, worker = Traces(), WorkerTraces()
    with agent.sent_to("", "agent"), worker.sent_to("", "worker-stt"):
        with agent.asking(CallId("node1-1.1"), "stt") as trace:
            assert trace == ""
        agent.call_is_over(a_record())
        worker.work_over("", "stt", "done", 0.0, 0.0, 0.1)


def test_a_work_of_an_agent_that_traces_nothing_leaves_no_span() -> None:
    worker = WorkerTraces()
    with collecting() as collector, worker.sent_to(collector.url, "worker-stt"):
        worker.work_over("not a trace", "stt", "done", 0.0, 0.0, 0.1)
        worker._provider.force_flush()
    assert collector.spans == []


def test_importing_the_agent_imports_no_tracing() -> None:
    # redis-py imports the rest by itself, where it is installed.
    code = "import sys, voicebot.wiring; sys.exit('opentelemetry.sdk.trace' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
