"""What was told to the agent?"""

from typing import Any

from redis import Redis

from workers.contract import Reply, reply_stream


def told(redis: Redis, agent: str = "agent1") -> list[Reply]:
    """All replies to the agent so far, in order."""
    entries: Any = redis.xrange(reply_stream(agent))
    return [Reply.from_fields(fields) for _, fields in entries]
