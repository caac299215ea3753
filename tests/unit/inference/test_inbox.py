"""Where replies wait until a call takes them."""

import asyncio

import pytest

from voicebot.inference.inbox import MAX_UNREAD, NOT_READ, Inbox
from workers.contract import Reply, ReplyKind

TOKEN = Reply("w1", ReplyKind.TOKEN, text="a")
LAST = Reply("w1", ReplyKind.FINISHED)


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_replies_come_in_order() -> None:
    inbox = Inbox("w1")
    assert inbox.put(TOKEN)
    assert inbox.put(LAST)
    assert [await inbox.next_reply(now_s() + 1) for _ in range(2)] == [TOKEN, LAST]


async def test_what_has_come_is_given_out_even_after_the_deadline() -> None:
    inbox = Inbox("w1")
    inbox.put(TOKEN)
    assert await inbox.next_reply(now_s() - 1) == TOKEN


async def test_a_wait_ends_at_its_deadline() -> None:
    with pytest.raises(TimeoutError):
        await Inbox("w1").next_reply(now_s() + 0.01)


async def test_nothing_counts_after_the_end() -> None:
    inbox = Inbox("w1")
    inbox.put(LAST)
    inbox.put(TOKEN)
    assert await inbox.next_reply(now_s() + 1) == LAST
    with pytest.raises(TimeoutError):
        await inbox.next_reply(now_s())


async def test_a_call_that_does_not_read_loses_its_work() -> None:
    inbox = Inbox("w1")
    assert all(inbox.put(TOKEN) for _ in range(MAX_UNREAD))
    assert not inbox.put(TOKEN)
    assert inbox.has_ended
    read = [await inbox.next_reply(now_s() + 1) for _ in range(MAX_UNREAD)]
    assert (read[-1].kind, read[-1].reason) == (ReplyKind.FAILED, NOT_READ)
