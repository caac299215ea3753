"""What is counted of those who wait."""

from prometheus_client import CollectorRegistry

from voicebot.telemetry.line_metrics import LineMetrics


def test_a_caller_waits_until_the_wait_is_over() -> None:
    metrics = LineMetrics(registry := CollectorRegistry())
    with metrics.waiting("bikes"):
        assert registry.get_sample_value("voicebot_calls_waiting", {"queue": "bikes"}) == 1
    assert registry.get_sample_value("voicebot_calls_waiting", {"queue": "bikes"}) == 0


def test_slots_and_verdicts_are_told() -> None:
    metrics = LineMetrics(registry := CollectorRegistry())
    metrics.judged("bikes", "Wait", "no-slot")
    metrics.slots_are(3, 4, 0.9)
    metrics.follow_talking(lambda: 2)
    labels = {"queue": "bikes", "verdict": "Wait", "reason": "no-slot"}
    assert registry.get_sample_value("voicebot_admissions_total", labels) == 1
    assert registry.get_sample_value("voicebot_slots_used") == 3
    assert registry.get_sample_value("voicebot_slots_live") == 4
    assert registry.get_sample_value("voicebot_slots_correction") == 0.9
    assert registry.get_sample_value("voicebot_calls_talking") == 2


def test_what_waiting_callers_say_is_counted_without_its_words() -> None:
    metrics = LineMetrics(registry := CollectorRegistry())
    with metrics.listening():
        assert registry.get_sample_value("voicebot_calls_listened") == 1
        metrics.overheard("recognized")
    assert registry.get_sample_value("voicebot_calls_listened") == 0
    labels = {"result": "recognized"}
    assert registry.get_sample_value("voicebot_waiting_utterances_total", labels) == 1
