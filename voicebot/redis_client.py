"""How do we speak to Redis from asyncio, so that all that fails is an error of Redis?"""

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Connection, Redis
from redis.exceptions import ConnectionError as RedisConnectionError


class _SteadyConnection(Connection):
    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            # uvloop's, of a connection that was closed under the command; redis-py, which knows
            # the loop of asyncio alone, lets it through (8.1, 2026-11).
            raise RedisConnectionError(str(error)) from error


def redis_client(url: str, **options: Any) -> Redis:
    """Of a URL `redis://…`; the options are redis-py's."""
    return Redis.from_url(url, connection_class=_SteadyConnection, **options)
