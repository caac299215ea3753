"""Where does speech lie that was synthesised once?

First in this process, bounded in bytes; then in Redis, for all processes, for a
week after its last use. The key holds everything that changes the sound.
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from voicebot.calls.model import CallId
from workers.contract import SPEECH_ENGINE_KEY, USAGE_LIFETIME_S, Stage, Unit, usage_key

LIFETIME_S = 7 * 24 * 3600
MEMORY_BYTES = 32 * 1024 * 1024
ENGINE_KNOWN_S = 30.0

log = structlog.get_logger("inference")


@dataclass(frozen=True, slots=True)
class SpokenPhrase:
    """A phrase, and all that decides how it sounds but the engine."""

    text: str
    language: str
    voice: str
    encoding: str


class SpeechMemory:
    """The least recently used speech goes first."""

    def __init__(self, max_bytes: int = MEMORY_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._speech: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        audio = self._speech.get(key)
        if audio is not None:
            self._speech.move_to_end(key)
        return audio

    def put(self, key: str, audio: bytes) -> None:
        self._bytes += len(audio) - len(self._speech.pop(key, b""))
        self._speech[key] = audio
        while self._bytes > self._max_bytes:
            _, dropped = self._speech.popitem(last=False)
            self._bytes -= len(dropped)


class SpeechStore:
    """Speech by phrase. Redis out of order makes it forgetful, never an error."""

    def __init__(
        self,
        redis: Redis,
        memory: SpeechMemory | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`redis` must not decode responses: audio is no text."""
        self._redis = redis
        self._memory = SpeechMemory() if memory is None else memory
        self._monotonic = monotonic
        self._engine: str | None = None
        self._engine_read_at_s = 0.0

    async def find(self, phrase: SpokenPhrase) -> bytes | None:
        key = await self._key(phrase)
        if key is None:
            return None
        audio = self._memory.get(key)
        if audio is not None:
            return audio
        try:
            audio = cast("bytes | None", await self._redis.getex(key, ex=LIFETIME_S))
        except (RedisError, OSError) as error:
            log.warning("speech.not_read", error=type(error).__name__)
            return None
        if audio is not None:
            self._memory.put(key, audio)
        return audio

    async def keep(self, phrase: SpokenPhrase, audio: bytes) -> None:
        key = await self._key(phrase)
        if key is None:
            return
        self._memory.put(key, audio)
        try:
            await self._redis.set(key, audio, ex=LIFETIME_S)
        except (RedisError, OSError) as error:
            log.warning("speech.not_kept", error=type(error).__name__)

    async def spoken_again(self, call_id: CallId, characters: int) -> None:
        """Counts for the call what nobody had to make for it."""
        usage = usage_key(call_id)
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                name = f"{Stage.TTS.value}.{Unit.KEPT_CHARACTERS.value}"
                pipeline.hincrby(usage, name, characters)
                pipeline.expire(usage, USAGE_LIFETIME_S)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("speech.not_counted", error=type(error).__name__)

    async def _key(self, phrase: SpokenPhrase) -> str | None:
        """None while it is not known which engine speaks."""
        engine = await self._engine_version()
        return None if engine is None else speech_key(phrase, engine)

    async def _engine_version(self) -> str | None:
        now_s = self._monotonic()
        if self._engine is None or now_s - self._engine_read_at_s > ENGINE_KNOWN_S:
            # Before the wait: while one asks, the others go by what is known.
            self._engine_read_at_s = now_s
            try:
                stored: Any = await self._redis.get(SPEECH_ENGINE_KEY)
            except (RedisError, OSError) as error:
                # What was known last still holds: a synthesizer is seldom exchanged.
                log.warning("speech.engine_not_read", error=type(error).__name__)
                stored = None
            if stored is not None:
                self._engine = stored.decode()
        return self._engine


def speech_key(phrase: SpokenPhrase, engine: str) -> str:
    """The key in Redis; it tells nothing of the text."""
    identity = json.dumps([*astuple(phrase), engine], ensure_ascii=False)
    return f"speech:{hashlib.sha256(identity.encode()).hexdigest()}"
