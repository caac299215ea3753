"""What the workers can do, by presence and breakers."""

from voicebot.capacity.circuit_breaker import BreakerRules
from voicebot.errors import InferenceRefused
from voicebot.inference.abilities import abilities, queues_to_try
from voicebot.inference.breakers import Breakers
from voicebot.inference.worker_presence import REDIS_PATIENCE_S, WorkerPresence
from voicebot.line_ports import Abilities
from workers.contract import FailureReason, RespondWork, Stage

ALL = Abilities(hears=True, thinks=True, thinks_large=True, speaks=True)


def failing(*queues: str) -> Breakers:
    breakers = Breakers()
    work = RespondWork("w", "c", "agent", 0.0, [], 40, 0.0)
    for queue in queues:
        for _ in range(BreakerRules(1.0).fewest):
            passage = breakers.admit(Stage.LLM, [queue], work, 4.0, 0.0)
            failure = InferenceRefused("llm", FailureReason.ENGINE_FAILED)
            breakers.failed(passage, failure, 0.0)
    return breakers


def there(*queues: str) -> WorkerPresence:
    presence = WorkerPresence(0.0)
    presence.saw(queues, 1.0, 1.0)
    return presence


def test_all_can_be_done_where_all_are_there_and_nothing_failed() -> None:
    assert abilities(there("stt", "llm", "tts"), Breakers(), 1.0) == ALL


def test_nothing_can_be_done_by_nobody() -> None:
    assert abilities(there(), Breakers(), 1.0) == Abilities(
        hears=False, thinks=False, thinks_large=True, speaks=False
    )


def test_without_redis_nothing_can_be_done() -> None:
    presence = there("stt", "llm", "tts")
    presence.saw_nothing(1.0 + REDIS_PATIENCE_S)
    found = abilities(presence, Breakers(), 1.0)
    assert found == Abilities(hears=False, thinks=False, thinks_large=True, speaks=False)


def test_a_pool_that_does_well_thinks_for_one_that_fails() -> None:
    presence = there("stt", "llm.small", "llm.large", "tts")
    found = abilities(presence, failing("llm.large"), 1.0)
    assert (found.thinks, found.thinks_large) == (True, False)
    assert not abilities(presence, failing("llm.large", "llm.small"), 1.0).thinks


def test_who_may_be_tried_again_can_do_it() -> None:
    presence = there("stt", "llm", "tts")
    assert not abilities(presence, failing("llm"), 1.0).thinks
    assert abilities(presence, failing("llm"), 3.0).thinks


def test_only_queues_that_failed_and_have_workers_are_tried_and_after_a_pause() -> None:
    presence, breakers = there("stt", "llm.small", "tts"), failing("llm.large", "llm.small")
    assert queues_to_try(presence, breakers, 1.0) == []
    assert queues_to_try(presence, breakers, 3.0) == ["llm.small"]
