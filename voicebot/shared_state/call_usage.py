"""What have workers spent on calls? They count it in Redis, for a day."""

from collections.abc import Mapping, Sequence

from voicebot.calls.model import CallId
from voicebot.costs.usage import Queue, WorkUsage
from voicebot.shared_state.connection import RedisConnection
from workers.contract import Unit, usage_key

_NAMES = {
    Unit.WORKS: "works",
    Unit.ENGINE_MS: "engine_ms",
    Unit.AUDIO_MS: "audio_ms",
    Unit.CHARACTERS: "characters",
    Unit.PROMPT_TOKENS: "prompt_tokens",
    Unit.REPLY_TOKENS: "reply_tokens",
    Unit.CPU_MS: "cpu_ms",
    Unit.GPU_MS: "gpu_ms",
    Unit.KEPT_CHARACTERS: "kept_characters",
}
_UNITS = frozenset(unit.value for unit in _NAMES)


class RedisCallUsage:
    """Raises SharedStateError."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def of(self, call_ids: Sequence[CallId]) -> Mapping[CallId, Mapping[Queue, WorkUsage]]:
        """By call; those on which nobody worked are left out."""
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for call_id in call_ids:
                pipeline.hgetall(usage_key(call_id))
            found = await self._connection.answer("read usage", pipeline.execute())
        return {
            call_id: _works(told) for call_id, told in zip(call_ids, found, strict=True) if told
        }


def _works(told: Mapping[str, str]) -> Mapping[Queue, WorkUsage]:
    """What another release counts besides is passed over."""
    amounts: dict[Queue, dict[str, int]] = {}
    for name, amount in told.items():
        queue, _, unit = name.rpartition(".")
        if unit in _UNITS:
            amounts.setdefault(queue, {})[_NAMES[Unit(unit)]] = int(amount)
    return {queue: WorkUsage(**counted) for queue, counted in amounts.items()}
