"""What have callers left to be passed on?

A message and what is still to be done about it (a transcript, its deliveries) are
one transaction: what was promised to a caller survives whatever dies next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.delivery import DeliveryState, Hook
from voicebot.calls.model import CallId, HandledBy, Message
from voicebot.store.engine import Database
from voicebot.store.tables import deliveries, messages
from voicebot.store.upsert import insert_or

# So long a message waits for its transcript; then it is passed on without, and again with it.
TRANSCRIPT_PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one hook has come with a message."""

    hook: Hook
    state: DeliveryState
    attempts: int
    last_error: str | None  # a stable code


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message and what became of it."""

    message: Message
    is_transcribed: bool
    deliveries: tuple[Delivery, ...] = ()


class SqlMessages:
    """Messages in the database; fulfils `MessageBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def leave(self, message: Message) -> None:
        """Keeps the message and has it passed on; once this returns it may be promised.

        Whoever took it may leave it again, better: that replaces it, and is passed on again. What
        another took on the same call (the agent, then voicemail) is a message of its own.
        """
        async with self._database.writing("leave message") as connection:
            await put_message(connection, message)

    async def of_call(self, call_id: CallId) -> Sequence[KeptMessage]:
        """All that was left on a call, in order."""
        async with self._database.reading("find messages") as connection:
            chosen = select(messages).where(messages.c.call_id == call_id)
            return await _kept(connection, chosen.order_by(messages.c.taken_at))

    async def latest(self, limit: int) -> Sequence[KeptMessage]:
        """The messages left last, the newest first."""
        order = (messages.c.taken_at.desc(), messages.c.call_id.desc(), messages.c.taken_by)
        async with self._database.reading("list messages") as connection:
            return await _kept(connection, select(messages).order_by(*order).limit(limit))

    async def untranscribed(self, node: str, limit: int) -> Sequence[Message]:
        """Messages whose recordings lie on this Asterisk node unheard, the oldest first."""
        chosen = select(messages).where(
            messages.c.transcribed_at.is_(None),
            messages.c.erased_at.is_(None),
            # Asterisk begins its ids with its own name.
            messages.c.call_id.startswith(f"{node}-", autoescape=True),
        )
        async with self._database.reading("find untranscribed messages") as connection:
            rows = await connection.execute(chosen.order_by(messages.c.taken_at).limit(limit))
            return [message_of(row) for row in rows.mappings()]

    async def transcribed(self, message: Message, words: str, at: datetime) -> None:
        """Puts down what was said, and has it passed on now, if need be once more."""
        key = (message.call_id, message.taken_by.value)
        waiting = tuple_(messages.c.call_id, messages.c.taken_by) == key
        of_message = tuple_(deliveries.c.call_id, deliveries.c.taken_by) == key
        # Whoever was told of a message without words is told again only if there are any.
        again = of_message if words else of_message & (deliveries.c.state == DeliveryState.WAITING)
        async with self._database.writing("put down transcript") as connection:
            found = await connection.execute(
                update(messages)
                .where(waiting, messages.c.transcribed_at.is_(None), messages.c.erased_at.is_(None))
                .values(text=words, transcribed_at=at)
            )
            if found.rowcount:
                await connection.execute(update(deliveries).where(again).values(_to_deliver(at)))


async def put_message(connection: AsyncConnection, message: Message) -> None:
    """Keeps the message, and what is to be done about it, in this transaction."""
    is_spoken = message.taken_by is HandledBy.DIALPLAN and not message.text
    needs_transcript = is_spoken and message.recording is not None
    statement = insert_or(connection, messages).values(
        _row(message) | {"transcribed_at": None if needs_transcript else message.taken_at}
    )
    replacing = {
        name: statement.excluded[name]
        for name in (*_row(message), "transcribed_at")
        if name not in ("call_id", "taken_by")
    }
    written = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[messages.c.call_id, messages.c.taken_by],
            set_=replacing,
            where=messages.c.erased_at.is_(None),
        )
    )
    if not written.rowcount:
        return  # erased: it does not come back
    patience = TRANSCRIPT_PATIENCE if needs_transcript else timedelta(0)
    for hook in Hook:
        again = _to_deliver(message.taken_at + patience)
        keys = {"call_id": message.call_id, "taken_by": message.taken_by.value, "hook": hook.value}
        delivery = insert_or(connection, deliveries).values(keys | again)
        await connection.execute(
            delivery.on_conflict_do_update(index_elements=list(keys), set_=again)
        )


def _to_deliver(at: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "next_attempt_at": at,
        "delivered_at": None,
        "last_error": None,
    }


def _row(message: Message) -> dict[str, Any]:
    return {
        "call_id": message.call_id,
        "taken_by": message.taken_by.value,
        "business": message.business,
        "called_number": message.called_number,
        "caller_number": message.caller_number,
        "taken_at": message.taken_at,
        "name": message.name,
        "callback_number": message.callback_number,
        "text": message.text,
        "recording": message.recording,
    }


def message_of(row: RowMapping) -> Message:
    """The message that a row of `messages` holds."""
    return Message(
        call_id=CallId(row["call_id"]),
        business=row["business"],
        called_number=row["called_number"],
        caller_number=row["caller_number"],
        taken_by=HandledBy(row["taken_by"]),
        taken_at=row["taken_at"],
        name=row["name"],
        callback_number=row["callback_number"],
        text=row["text"],
        recording=row["recording"],
    )


async def _kept(connection: AsyncConnection, chosen: Any) -> Sequence[KeptMessage]:
    rows = (await connection.execute(chosen)).mappings().all()
    ids = [row["call_id"] for row in rows]
    found = await connection.execute(
        select(deliveries).where(deliveries.c.call_id.in_(ids)).order_by(deliveries.c.hook)
    )
    delivered: Mapping[tuple[str, str], list[Delivery]]
    delivered = {(row["call_id"], row["taken_by"]): [] for row in rows}
    for row in found.mappings():
        delivered.get((row["call_id"], row["taken_by"]), []).append(
            Delivery(
                Hook(row["hook"]),
                DeliveryState(row["state"]),
                row["attempts"],
                row["last_error"],
            )
        )
    return [
        KeptMessage(
            message_of(row),
            is_transcribed=row["transcribed_at"] is not None,
            deliveries=tuple(delivered[row["call_id"], row["taken_by"]]),
        )
        for row in rows
    ]
