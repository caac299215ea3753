"""What is counted of answers and of calls."""

from dataclasses import replace
from datetime import timedelta

from prometheus_client import CollectorRegistry

from tests.fakes.sample_calls import a_record, a_turn
from voicebot.calls.model import Direction, Route, Tier
from voicebot.telemetry.call_metrics import CallMetrics


def test_a_turn_is_sorted_by_who_answered_and_its_stages() -> None:
    metrics = CallMetrics(registry := CollectorRegistry())
    metrics.turn_over(replace(a_turn(), route=Route(Tier.FACT, "sure")))
    value = registry.get_sample_value
    assert value("voicebot_turn_seconds_sum", {"tier": "fact"}) == 0.43
    assert value("voicebot_turn_stage_seconds_sum", {"stage": "recognition"}) == 0.13
    assert value("voicebot_turn_stage_seconds_count", {"stage": "first_phrase"}) is None
    assert value("voicebot_interruptions_total") == 1


def test_words_that_answer_nobody_have_no_latency() -> None:
    metrics = CallMetrics(registry := CollectorRegistry())
    metrics.turn_over(replace(a_turn(), heard=""))
    assert registry.get_sample_value("voicebot_turn_seconds_count", {"tier": "none"}) is None


def test_the_way_to_the_greeting_counts_for_those_who_did_not_wait() -> None:
    metrics = CallMetrics(registry := CollectorRegistry())
    record = a_record()
    turn = replace(a_turn(), started_at=record.started_at + timedelta(seconds=0.25))
    record = replace(record, turns=(turn,))
    metrics.call_is_over(record)
    metrics.waits(record.facts.call_id)
    metrics.call_is_over(record)
    metrics.call_is_over(replace(record, facts=replace(record.facts, direction=Direction.OUTBOUND)))
    assert registry.get_sample_value("voicebot_greeting_seconds_count") == 1
    assert registry.get_sample_value("voicebot_greeting_seconds_sum") == 0.25


def test_calls_are_counted_by_how_they_ended_and_probes_have_no_length() -> None:
    metrics = CallMetrics(registry := CollectorRegistry())
    record = a_record()
    facts = replace(record.facts, direction=Direction.PROBE)
    metrics.call_is_over(replace(record, facts=facts))
    labels = {
        "direction": "probe",
        "outcome": record.outcome.value,
        "handled_by": record.handled_by.value,
    }
    assert registry.get_sample_value("voicebot_calls_total", labels) == 1
    outcome = {"outcome": record.outcome.value}
    assert registry.get_sample_value("voicebot_call_seconds_count", outcome) is None
