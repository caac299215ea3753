"""What an agent process counts."""

import urllib.request
from dataclasses import replace

from tests.fakes.sample_calls import a_record, a_turn
from tests.stack_fixture import free_ports
from voicebot.calls.model import Route, Tier, TurnRecord
from voicebot.telemetry.metrics import Metrics, SpeechFrom, served


def routed(tier: Tier, reason: str) -> TurnRecord:
    return replace(a_turn(), route=Route(tier, reason))


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"voicebot_{name}_total", labels)


def test_turns_are_counted_by_who_answered() -> None:
    metrics = Metrics()
    turns = (
        a_turn(),
        routed(Tier.FACT, "sure"),
        routed(Tier.FACT, "sure"),
        routed(Tier.LARGE, "withheld"),
        routed(Tier.LARGE, "complex"),
        routed(Tier.SCRIPT, "short-form"),
    )
    metrics.call_is_over(replace(a_record(), turns=turns))
    assert counted(metrics, "turns", route="fact", reason="sure") == 2
    assert counted(metrics, "turns", route="none", reason="none") == 1
    assert counted(metrics, "escalations") == 1
    assert counted(metrics, "facts_looked_up", result="sure") == 2
    assert counted(metrics, "facts_looked_up", result="none") == 2


def test_caches_and_preparations_are_counted() -> None:
    metrics = Metrics()
    metrics.spoken(SpeechFrom.CACHE)
    metrics.recalled(is_found=True)
    metrics.recalled(is_found=False)
    metrics.prepared({"prepared": 3, "prepared_in_vain": 0})
    assert counted(metrics, "speech", source="cache") == 1
    assert counted(metrics, "replies_recalled", result="hit") == 1
    assert counted(metrics, "replies_recalled", result="miss") == 1
    assert counted(metrics, "preparations", outcome="prepared") == 3


def test_nothing_of_the_caller_is_in_them() -> None:
    metrics, port = Metrics(), free_ports(1)[0]
    record = a_record()
    metrics.call_is_over(record)
    with served(port, "agent", metrics=metrics):
        url = f"http://127.0.0.1:{port}/metrics"
        text = urllib.request.urlopen(url, timeout=2).read().decode()
    assert "voicebot_turns_total" in text
    assert record.facts.caller_number not in text
    assert record.facts.call_id not in text
    assert record.turns[0].heard not in text


def test_without_a_port_nothing_listens() -> None:
    with served(0, "agent"):
        pass
