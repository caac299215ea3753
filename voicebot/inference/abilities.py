"""What can the workers do now? By who is there, and by what came of the work before."""

from collections.abc import Collection

from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.dialogue.routing import LARGE_POOL
from voicebot.inference.breakers import Breakers
from voicebot.inference.worker_presence import WorkerPresence
from voicebot.line_ports import Abilities
from workers.contract import Stage


def abilities(presence: WorkerPresence, breakers: Breakers, now: float) -> Abilities:
    """`now`: monotonic seconds, as the breakers are told them."""

    def can(stage: Stage) -> bool:
        if presence.absence_of(stage) is not None:
            return False
        return any(breakers.would_pass(queue, now) for queue in presence.queues_for(stage))

    has_large = LARGE_POOL in presence.pools_of(Stage.LLM)
    return Abilities(
        hears=can(Stage.STT),
        thinks=can(Stage.LLM),
        thinks_large=not has_large or breakers.would_pass(LARGE_POOL, now),
        speaks=can(Stage.TTS),
    )


def queues_to_try(presence: WorkerPresence, breakers: Breakers, now: float) -> Collection[str]:
    """Queues whose workers are there and failed, once their breakers let work pass again."""
    return [
        queue
        for queue, state in breakers.states().items()
        if state is not BreakerState.CLOSED
        and breakers.would_pass(queue, now)
        and presence.absence_from(queue) is None
    ]
