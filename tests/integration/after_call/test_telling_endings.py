import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_request
from tests.integration.hooks.receivers import web_receiver
from voicebot.after_call.telling_endings import TellingEndings
from voicebot.calls.delivery import MAX_ATTEMPTS
from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.hooks.webhook import Webhook
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_endings import SqlCallbackEndings
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.engine import Database

LATER = timedelta(minutes=5)


def served(webhook: str | None) -> Callable[[], Awaitable[Sequence[Business]]]:
    async def in_force() -> Sequence[Business]:
        greeting = {"greeting": "This is the machine of Lakeside Bikes."}
        return (a_business(outbound=greeting, callbacks={"webhook": webhook}),)

    return in_force


class Desk:
    def __init__(self, database: Database) -> None:
        self.requests = SqlCallbackRequests(database)
        self.bookings = SqlCallbackBookings(database)
        self.endings = SqlCallbackEndings(database)

    async def tell(self, url: str | None, *at: datetime) -> None:
        async with Webhook("secret") as webhook:
            telling = TellingEndings(self.endings, webhook, served(url))
            for one in at:
                await telling.run(one)


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    await desk.requests.request(a_request())
    return desk


def told(requests: Sequence[Any]) -> list[dict[str, Any]]:
    return [json.loads(request.body)["data"] for request in requests]


async def test_each_that_is_closed_is_told_once(desk: Desk) -> None:
    async with web_receiver() as web:
        await desk.tell(web.url, NOON)
        assert not web.requests  # it is still to be rung
        assert await desk.bookings.withdraw(CallId("node1-1.1"), NOON)
        await desk.tell(web.url, NOON, NOON + LATER)
        [data] = told(web.requests)
    assert (data["outcome"], data["why"]) == ("cancelled", "withdrawn")
    assert data["number"] == a_request().number


async def test_what_people_did_is_told_too(desk: Desk) -> None:
    assert await desk.requests.close(CallId("node1-1.1"), CallbackStatus.DONE, NOON)
    async with web_receiver() as web:
        await desk.tell(web.url, NOON)
        [data] = told(web.requests)
    assert data["outcome"] == "done"


async def test_where_nobody_is_to_be_told_nobody_is_also_not_later(desk: Desk) -> None:
    await desk.requests.close(CallId("node1-1.1"), CallbackStatus.DONE, NOON)
    await desk.tell(None, NOON)
    async with web_receiver() as web:
        await desk.tell(web.url, NOON + LATER)
        assert not web.requests


async def test_a_receiver_that_fails_is_tried_with_growing_patience_and_then_given_up(
    desk: Desk,
) -> None:
    await desk.requests.close(CallId("node1-1.1"), CallbackStatus.DONE, NOON)
    async with web_receiver(503) as web:
        await desk.tell(
            web.url, *(NOON + number * timedelta(hours=7) for number in range(MAX_ATTEMPTS + 5))
        )
        assert len(web.requests) == MAX_ATTEMPTS
        assert len({request.headers["webhook-id"] for request in web.requests}) == 1


async def test_whoever_dies_while_telling_leaves_it_to_the_next(desk: Desk) -> None:
    await desk.requests.close(CallId("node1-1.1"), CallbackStatus.DONE, NOON)
    assert len(await desk.endings.claim(NOON, 10)) == 1
    async with web_receiver() as web:
        await desk.tell(web.url, NOON)
        assert not web.requests
        await desk.tell(web.url, NOON + LATER)
        assert len(web.requests) == 1


async def test_one_that_is_booked_again_ends_again(desk: Desk) -> None:
    """Nothing of the first ending is noted down for the second."""
    await desk.requests.close(CallId("node1-1.1"), CallbackStatus.DONE, NOON)
    [first] = await desk.endings.claim(NOON, 10)
    await desk.requests.request(a_request("node1-2.1"))
    await desk.requests.close(CallId("node1-2.1"), CallbackStatus.CANCELLED, NOON + LATER)
    await desk.endings.told(first)
    [second] = await desk.endings.claim(NOON + LATER, 10)
    assert second.ending.request.call_id == "node1-2.1"
    assert second.ending.outcome == "cancelled"
