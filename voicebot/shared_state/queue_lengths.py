"""How much work waits at Redis that no worker has taken yet?"""

from collections.abc import Mapping

from voicebot.shared_state.connection import RedisConnection
from workers.contract import Stage, queues_of


async def queue_lengths(connection: RedisConnection) -> Mapping[str, int]:
    """By queue, a stage's or a pool's. Raises SharedStateError."""
    queues = [queue for stage in Stage for queue in queues_of(stage)]
    async with connection.client.pipeline(transaction=False) as pipeline:
        for queue in queues:
            pipeline.llen(queue)
        lengths = await connection.answer("lengths of queues", pipeline.execute())
    return dict(zip(queues, map(int, lengths), strict=True))
