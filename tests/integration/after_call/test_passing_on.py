from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_message
from tests.integration.hooks.receivers import mail_receiver, web_receiver
from voicebot.after_call.passing_on import PassingOn
from voicebot.calls.delivery import MAX_ATTEMPTS, DeliveryState, Hook
from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.hooks.mail import Mail, SmtpServer
from voicebot.hooks.webhook import Webhook
from voicebot.store.engine import Database
from voicebot.store.messages import SqlMessages
from voicebot.store.outbox import SqlOutbox

NO_MAIL = Mail(None, "")


@pytest.fixture
def messages(database: Database) -> SqlMessages:
    return SqlMessages(database)


def served(
    webhook: str | None = None, email: str | None = None, name: str = "Lakeside Bikes"
) -> Callable[[], Awaitable[Sequence[Business]]]:
    async def in_force() -> Sequence[Business]:
        return (a_business(name=name, notify={"webhook": webhook, "email": email}),)

    return in_force


async def states(messages: SqlMessages) -> dict[Hook, DeliveryState]:
    (kept,) = await messages.of_call(CallId("node1-1.1"))
    return {one.hook: one.state for one in kept.deliveries}


async def test_a_message_goes_to_all_whom_the_business_names(
    messages: SqlMessages, database: Database
) -> None:
    await messages.leave(a_message())
    async with web_receiver() as web, Webhook("secret") as webhook:
        with mail_receiver() as post:
            mail = Mail(SmtpServer.of(post.url), "voicebot@lakeside.example")
            where = served(web.url, "desk@lakeside.example")
            passing_on = PassingOn(SqlOutbox(database), webhook, mail, where)
            await passing_on.run(NOON)
            await passing_on.run(NOON + timedelta(days=1))
    assert (len(web.requests), len(post.mails)) == (1, 1)
    assert set((await states(messages)).values()) == {DeliveryState.DELIVERED}


async def test_whom_nobody_named_is_not_told(messages: SqlMessages, database: Database) -> None:
    await messages.leave(a_message())
    async with Webhook("secret") as webhook:
        await PassingOn(SqlOutbox(database), webhook, NO_MAIL, served()).run(NOON)
    assert set((await states(messages)).values()) == {DeliveryState.UNWANTED}


async def test_a_receiver_that_fails_is_tried_with_growing_patience_and_then_given_up(
    messages: SqlMessages, database: Database
) -> None:
    await messages.leave(a_message())
    at = NOON
    async with web_receiver(503) as web, Webhook("secret") as webhook:
        passing_on = PassingOn(SqlOutbox(database), webhook, NO_MAIL, served(web.url))
        for _ in range(MAX_ATTEMPTS + 5):
            await passing_on.run(at)
            at += timedelta(hours=7)
    assert len(web.requests) == MAX_ATTEMPTS
    assert (await states(messages))[Hook.WEBHOOK] is DeliveryState.GIVEN_UP
    (kept,) = await messages.of_call(CallId("node1-1.1"))
    assert {one.last_error for one in kept.deliveries} == {None, "http-503"}


async def test_one_receiver_that_fails_does_not_keep_the_other_from_its_message(
    messages: SqlMessages, database: Database
) -> None:
    await messages.leave(a_message())
    async with web_receiver(500, 204) as web, Webhook("secret") as webhook:
        with mail_receiver() as post:
            mail = Mail(SmtpServer.of(post.url), "voicebot@lakeside.example")
            where = served(web.url, "desk@lakeside.example")
            passing_on = PassingOn(SqlOutbox(database), webhook, mail, where)
            await passing_on.run(NOON)
            assert (await states(messages))[Hook.EMAIL] is DeliveryState.DELIVERED
            await passing_on.run(NOON + timedelta(seconds=4))  # too soon
            assert len(web.requests) == 1
            await passing_on.run(NOON + timedelta(seconds=5))
    assert (await states(messages))[Hook.WEBHOOK] is DeliveryState.DELIVERED
    assert len(post.mails) == 1


async def test_a_business_that_is_gone_keeps_its_messages_until_it_is_back(
    messages: SqlMessages, database: Database
) -> None:
    await messages.leave(a_message())
    async with web_receiver() as web, Webhook("secret") as webhook:
        gone = PassingOn(SqlOutbox(database), webhook, NO_MAIL, served(web.url, name="Other"))
        await gone.run(NOON)
        assert web.requests == []
        back = PassingOn(SqlOutbox(database), webhook, NO_MAIL, served(web.url))
        await back.run(NOON + timedelta(minutes=1))
        assert len(web.requests) == 1
