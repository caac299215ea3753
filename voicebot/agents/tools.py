"""What an agent asks of the outside in one turn, each wait with its deadline."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import JsonValue

from voicebot.agents.desk import Desk
from voicebot.agents.phrase_stream import phrases_of
from voicebot.agents.retrieval import nearest_facts
from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls import events as on
from voicebot.calls.model import (
    CallbackReason,
    CallFacts,
    HandledBy,
    Message,
    Outcome,
    ReplyId,
)
from voicebot.calls.outbound_rules import Refused
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.masking import mask
from voicebot.dialogue.routing import Conditions
from voicebot.errors import InferenceError, StoreError
from voicebot.queueing.callback_booking import Wish
from voicebot.queueing.callback_windows import LocalWindow
from voicebot.telemetry.logs import log_of

RETRIEVAL_DEADLINE_S = 2.0
# A caller finds four seconds of silence long, and says so.
REPLY_DEADLINE_S = 4.0
# What is promised to a caller must be kept first; but nobody waits longer than this for it.
STORE_DEADLINE_S = 3.0

Kept = TypeVar("Kept")

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class TurnTools:
    """Fulfils `dialogue.agent.Tools` for one turn of one call."""

    services: CallServices
    desk: Desk
    call: CallFacts
    reply_id: ReplyId
    # The caller's audio of this turn, once it was said, and its encoding.
    audio: Callable[[], bytes]
    encoding: Encoding
    post_event: Callable[[on.CallEvent], None]
    # Set once the caller has surely finished: before that nothing is kept, sent or promised.
    confirmed: asyncio.Event

    async def facts(self, text: str) -> Sequence[Candidate]:
        try:
            async with asyncio.timeout(RETRIEVAL_DEADLINE_S):
                found = await nearest_facts(self.services.meaning, self.desk.facts, text)
        except (InferenceError, TimeoutError) as error:
            # Without the facts the model may still make conversation.
            log.error(
                "turn.retrieval_failed", call_id=self.call.call_id, error=type(error).__name__
            )
            self.post_event(on.Retrieved(self.reply_id))
            return ()
        self.post_event(on.Retrieved(self.reply_id))
        return found

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        pieces = self.services.responder.respond(
            self.call.call_id,
            messages,
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
            pool=pool,
            deadline_s=REPLY_DEADLINE_S,
        )
        async with aclosing(phrases_of(pieces)) as phrases:
            async for phrase in phrases:
                yield phrase

    def conditions(self) -> Conditions:
        return Conditions(
            pools=self.services.responder.pools(),
            preferred_pool=self.desk.business.pools.llm,
            room=self.services.speculation.room,
            degradation=self.services.degradation(),
        )

    async def recall(self, text: str) -> Sequence[str]:
        vector = await self._meaning_of(text)
        if vector is None:
            return ()
        return await self.services.replies.recall(self.desk.business, vector, text)

    async def keep_reply(self, text: str, phrases: Sequence[str]) -> None:
        vector = await self._meaning_of(text)
        if vector is not None:
            self.services.replies.keep(self.desk.business, vector, text, phrases, self.confirmed)

    async def _meaning_of(self, text: str) -> Sequence[float] | None:
        try:
            async with asyncio.timeout(RETRIEVAL_DEADLINE_S):
                (vector,) = await self.services.meaning.encode([text])
        except (InferenceError, TimeoutError) as error:
            log.error("turn.meaning_unknown", call_id=self.call.call_id, error=type(error).__name__)
            return None
        return vector

    async def caller_has_finished(self) -> None:
        await self.confirmed.wait()

    async def leave_message(self, name: str, callback_number: str, text: str) -> None:
        services, call = self.services, self.call
        await self.caller_has_finished()

        async def keep() -> None:
            recording = await services.message_audio.save(call.call_id, self.audio(), self.encoding)
            await services.messages.leave(
                Message(
                    call_id=call.call_id,
                    business=self.desk.business.name,
                    called_number=call.called_number,
                    caller_number=call.caller_number,
                    taken_by=HandledBy.AGENT,
                    taken_at=services.clock.at(),
                    name=name,
                    callback_number=callback_number,
                    text=mask(text),
                    recording=recording,
                )
            )

        await _in_time(keep())
        self.post_event(on.Promised(Outcome.MESSAGE_TAKEN))

    async def request_callback(
        self, number: str, window: LocalWindow | None = None
    ) -> Refused | None:
        call = self.call
        await self.caller_has_finished()
        wish = Wish(
            call.call_id,
            call.called_number,
            number,
            CallbackReason.REQUESTED,
            self.services.clock.at(),
            window=window,
        )
        booked = await _in_time(self.services.callbacks.book(wish, self.desk.business.name))
        if isinstance(booked, Refused):
            log.info("turn.callback_refused", call_id=call.call_id, reason=booked.reason.value)
            return booked
        self.post_event(on.Promised(Outcome.CALLBACK_BOOKED))
        return None

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        await self.caller_has_finished()
        return await self.services.web.post(url, {"call_id": self.call.call_id, **values})


async def _in_time(keeping: Coroutine[Any, Any, Kept]) -> Kept:
    """What comes of it; raises StoreError once nobody waits for it any longer.

    What waits for SQLite's lock cannot be interrupted. It is told to stop, and not waited for: the
    caller would hear that there is no answer before hearing that nothing was kept.
    """
    task = asyncio.create_task(keeping)
    try:
        await asyncio.wait((task,), timeout=STORE_DEADLINE_S)
    finally:
        is_late = not task.done()
        if is_late:
            task.add_done_callback(_forget)
            task.cancel()
    if is_late:
        raise StoreError(f"nothing was kept within {STORE_DEADLINE_S} s")
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    """What becomes of it when nobody waits any more is in the store's own log."""
    if not task.cancelled():
        task.exception()
