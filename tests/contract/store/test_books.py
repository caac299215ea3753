"""The books of messages and of callback requests."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.fakes.books import FakeCallbackBook, FakeMessageBook
from tests.fakes.sample_messages import a_message, a_request, a_voicemail
from voicebot.calls.model import CallbackRequest, CallId, Message
from voicebot.ports import CallbackBook, MessageBook
from voicebot.queueing.callback_booking import Wish
from voicebot.store.callback_desk import CallbackDesk
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.engine import Database
from voicebot.store.messages import SqlMessages

Kept = Callable[[], Awaitable[Sequence[Message]]]
Waiting = Callable[[], Awaitable[Sequence[CallbackRequest]]]


@pytest.fixture
def messages(implementation: Database | None) -> tuple[MessageBook, Kept]:
    """The book, and what is in it of the first call."""
    if implementation is None:
        fake = FakeMessageBook()

        async def kept_in_memory() -> Sequence[Message]:
            return list(fake.messages.values())

        return fake, kept_in_memory
    book = SqlMessages(implementation)

    async def kept() -> Sequence[Message]:
        return [found.message for found in await book.of_call(CallId("node1-1.1"))]

    return book, kept


@pytest.fixture
def callbacks(implementation: Database | None) -> tuple[CallbackBook, Waiting]:
    """The book, and who waits."""
    if implementation is None:
        fake = FakeCallbackBook()

        async def waiting_in_memory() -> Sequence[CallbackRequest]:
            return fake.requests

        return fake, waiting_in_memory
    book = SqlCallbackRequests(implementation)
    desk = CallbackDesk(implementation, lambda: ())

    async def waiting() -> Sequence[CallbackRequest]:
        return [found.request for found in await book.waiting(100)]

    return desk, waiting


def a_wish(
    call_id: str = "node1-1.1", number: str = "+1 555 0100", business: str = "Lakeside Bikes"
) -> tuple[Wish, str]:
    """The same request, as the agent tells it."""
    asked = a_request(call_id, number=number, business=business)
    wish = Wish(asked.call_id, asked.called_number, asked.number, asked.reason, asked.requested_at)
    return wish, asked.business


async def test_a_message_is_kept_as_it_was_left(messages: tuple[MessageBook, Kept]) -> None:
    book, kept = messages
    await book.leave(a_message(recording="asterisk/spool/monitor/1.wav"))
    assert await kept() == [a_message(recording="asterisk/spool/monitor/1.wav")]


async def test_a_message_left_again_replaces_the_first(messages: tuple[MessageBook, Kept]) -> None:
    book, kept = messages
    await book.leave(a_message(text="order the blue one"))
    await book.leave(a_message(text="order the red one"))
    assert [message.text for message in await kept()] == ["order the red one"]


async def test_a_voicemail_takes_nothing_from_what_the_agent_wrote_down(
    messages: tuple[MessageBook, Kept],
) -> None:
    book, kept = messages
    await book.leave(a_message())
    await book.leave(a_voicemail())
    assert sorted(message.taken_by for message in await kept()) == ["agent", "dialplan"]


async def test_a_request_is_kept_as_it_was_made(callbacks: tuple[CallbackBook, Waiting]) -> None:
    book, waiting = callbacks
    await book.book(*a_wish())
    assert await waiting() == [a_request()]


async def test_whoever_asks_twice_waits_once(callbacks: tuple[CallbackBook, Waiting]) -> None:
    book, waiting = callbacks
    await book.book(*a_wish("node1-1.1", number="+1 555 0100"))
    await book.book(*a_wish("node1-2.2", number="001-555-0100"))
    await book.book(*a_wish("node1-3.3", number="+1 555 0101"))
    await book.book(*a_wish("node1-4.4", number="+1 555 0100", business="Harbour Cafe"))
    assert [request.call_id for request in await waiting()] == [
        "node1-1.1",
        "node1-3.3",
        "node1-4.4",
    ]
