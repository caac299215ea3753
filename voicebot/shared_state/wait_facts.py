"""What happened to those who waited, as one stream that every process folds from its beginning.

The stream holds the newest facts. Each process keeps those that it has seen: where Redis comes back
without some, or without all, they are shown again under the ids that they had, which Redis takes
from one process only. Until then nothing new is told, so that the order stays the same for all.

A process numbers what it tells. Where an answer was lost it tells the same facts again, under the
same numbers, and whoever reads them takes each number once.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from redis.exceptions import ResponseError

from voicebot.errors import SharedStateError, WaitFactNotUnderstood
from voicebot.queueing.wait_facts import WaitFact, read, written
from voicebot.shared_state import keys
from voicebot.shared_state.connection import WATCH_MS, RedisConnection
from voicebot.telemetry.logs import log_of

# About three a call: more than the estimates remember.
MOST_FACTS: Final = 10_000
# Nobody called for so long: then nothing is known.
LIFETIME_S: Final = 14 * 86_400
BEGINNING: Final = "0-0"
_READ_AT_ONCE: Final = 500
_SCRIPT = Path(__file__).parent / "scripts" / "wait_facts_tell.lua"

log = log_of(__name__)


class RedisWaitFacts:
    """Fulfils `line_ports.WaitFacts`, for one process."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._position = BEGINNING
        self._seen: deque[tuple[str, dict[str, str]]] = deque(maxlen=MOST_FACTS)
        self._teller = secrets.token_hex(8)
        # How many each process has told, by what was read: they come in the order of their numbers.
        self._told_by: dict[str, int] = {}
        self._tell = connection.client.register_script(_SCRIPT.read_text(encoding="utf-8"))

    async def tell(self, facts: Sequence[WaitFact], *, told_before: int) -> None:
        texts = [written(fact) for fact in facts]
        if not await self._told(texts, told_before):
            await self._restore()
            if not await self._told(texts, told_before):
                raise SharedStateError("tell wait facts: the stream is behind what was seen")

    async def kept(self) -> list[WaitFact]:
        """All that came since it was asked last; at first, all that are kept."""
        found: list[WaitFact] = []
        while more := await self._read(None):
            found += more
        return found

    async def follow(self) -> AsyncGenerator[WaitFact]:
        while True:
            facts = await self._read(WATCH_MS)
            if facts is None:
                if await self._is_behind():
                    await self._restore()
                continue
            for fact in facts:
                yield fact
            # A long history must not stop what else goes on.
            await asyncio.sleep(0)

    async def _read(self, block_ms: int | None) -> list[WaitFact] | None:
        """The next ones; None: there are no more."""
        reply = self._connection.client.xread(
            {keys.WAIT_FACTS: self._position}, count=_READ_AT_ONCE, block=block_ms
        )
        limit_ms = None if block_ms is None else 2 * block_ms
        found = await self._connection.answer("follow wait facts", reply, deadline_ms=limit_ms)
        if not found:
            return None
        facts = []
        for position, entry in found[0][1]:
            self._position = position
            text = entry.get("fact", "")
            self._seen.append((position, entry))
            if self._is_retold(entry):
                continue
            try:
                facts.append(read(text, int(position.split("-")[0]) / 1000))
            except WaitFactNotUnderstood as error:
                # Of another release, perhaps: the same for all who read it.
                log.warning("wait_fact.left_out", code=error.code, position=position)
        return facts

    def _is_retold(self, entry: Mapping[str, str]) -> bool:
        teller, number = entry.get("teller", ""), entry.get("number", "")
        if not teller or not number.isdecimal():
            return False  # of another release
        if int(number) < self._told_by.get(teller, 0):
            return True
        self._told_by[teller] = int(number) + 1
        return False

    async def _told(self, texts: Sequence[str], told_before: int) -> bool:
        said: list[str | int] = [self._position, MOST_FACTS, LIFETIME_S, self._teller]
        said += [told_before, *texts]
        reply = self._tell(keys=[keys.WAIT_FACTS], args=said)
        return bool(await self._connection.answer("tell wait facts", reply))

    async def _is_behind(self) -> bool:
        return not await self._told((), 0)

    async def _restore(self) -> None:
        """What others have shown already is refused, one by one."""
        seen = list(self._seen)
        for first in range(0, len(seen), _READ_AT_ONCE):
            async with self._connection.client.pipeline(transaction=False) as pipeline:
                for position, entry in seen[first : first + _READ_AT_ONCE]:
                    fields: dict[Any, Any] = {**entry}
                    pipeline.xadd(keys.WAIT_FACTS, fields, id=position)
                results = await self._connection.answer(
                    "restore wait facts", pipeline.execute(raise_on_error=False)
                )
            for result in results:
                if isinstance(result, Exception) and not isinstance(result, ResponseError):
                    raise SharedStateError("restore wait facts") from result
