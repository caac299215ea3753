"""What is heard on calls that somebody listens in to, on its way from an agent to a browser.

One bounded stream a call, however many listen; it lives a moment longer than the lease that those
who listen renew. Who does not keep up misses the oldest sound.
"""

import base64
import binascii
from collections.abc import AsyncGenerator
from typing import Any, Final

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.shared_state import keys
from voicebot.shared_state.connection import WATCH_MS, RedisConnection

LEASE_MS: Final = 5_000
PUBLISH_DEADLINE_MS: Final = 500
# 5 s of 100 ms each.
MOST_CHUNKS: Final = 50
_AUDIO, _OVER = "audio", "over"


class RedisListening:
    """Fulfils `HeardAudio`. Raises SharedStateError."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def renew(self, call_id: CallId) -> None:
        """Somebody listens, for another lease."""
        renewing = self._connection.client.set(keys.listeners(call_id), "1", px=LEASE_MS)
        await self._connection.answer("renew listening", renewing)

    async def publish(self, call_id: CallId, audio: bytes) -> bool:
        """Returns whether somebody listens still."""
        stream, entry = keys.heard_audio(call_id), {_AUDIO: base64.b64encode(audio).decode()}
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            self._add(pipeline, stream, entry)
            pipeline.exists(keys.listeners(call_id))
            *_, is_heard = await self._connection.answer(
                "publish what is heard", pipeline.execute(), deadline_ms=PUBLISH_DEADLINE_MS
            )
        return bool(is_heard)

    async def end(self, call_id: CallId) -> None:
        """Nothing follows."""
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            self._add(pipeline, keys.heard_audio(call_id), {_OVER: "1"})
            await self._connection.answer("end listening", pipeline.execute())

    async def position(self, call_id: CallId) -> str:
        """Behind whatever was heard until now."""
        reply = self._connection.client.xrevrange(keys.heard_audio(call_id), count=1)
        newest: list[tuple[str, Any]]
        newest = await self._connection.answer("find what was heard last", reply)
        return newest[0][0] if newest else "0-0"

    async def follow(self, call_id: CallId, position: str) -> AsyncGenerator[bytes]:
        """What is heard behind a position, as it comes, until it is over.

        b"" where nothing came for a while. Who listens renews the lease.
        """
        stream = keys.heard_audio(call_id)
        while True:
            reply = self._connection.client.xread({stream: position}, block=WATCH_MS)
            found = await self._connection.answer(
                "await what is heard", reply, deadline_ms=2 * WATCH_MS
            )
            if not found:
                yield b""
            for _, entries in found:
                for latest, entry in entries:
                    position = latest
                    if _OVER in entry:
                        return
                    yield _audio(entry.get(_AUDIO, ""))

    def _add(self, pipeline: Any, stream: str, entry: dict[str, str]) -> None:
        pipeline.xadd(stream, entry, maxlen=MOST_CHUNKS, approximate=False)
        pipeline.pexpire(stream, LEASE_MS)


def _audio(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SharedStateError("what is heard is not understood") from error
