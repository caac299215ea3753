"""Budgets over real databases, told to a real web server and a real mail server."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.sample_calls import NOON, a_record
from tests.integration.hooks.receivers import mail_receiver, web_receiver
from voicebot.after_call.telling_budgets import TellingBudgets
from voicebot.after_call.watching_budgets import WatchingBudgets
from voicebot.calls.delivery import MAX_ATTEMPTS, DeliveryState, Hook
from voicebot.costs.prices import Prices
from voicebot.errors import ConfigurationError
from voicebot.hooks.mail import Mail, SmtpServer
from voicebot.hooks.webhook import Webhook, signature, signing_key
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.outbox import CLAIM
from voicebot.store.used_days import UsedDays

NO_MAIL = Mail(None, "")
LATER = NOON + timedelta(hours=1)


class Books:
    """The file of prices, as it stands now: a minute on the trunk costs what it says."""

    def __init__(self) -> None:
        self.minute, self.amount, self.alerts = Decimal(1), Decimal(10), dict[str, str]()

    def load(self) -> Prices:
        return Prices.model_validate(
            {
                "currency": "EUR",
                "lists": [{"valid_from": "2026-01-01", "trunk_minute_inbound": self.minute}],
                "budgets": [
                    {
                        "name": "november",
                        "valid_from": "2026-11-01",
                        "per": "month",
                        "amount": self.amount,
                    }
                ],
                "alerts": self.alerts,
            }
        )


async def talks(database: Database, number: int, minutes: int) -> None:
    record = a_record(f"node1-1.{number}", started_at=NOON)
    assert record.answered_at is not None
    ended_at = record.answered_at + timedelta(minutes=minutes)
    await SqlCallRecords(database).write(
        a_record(f"node1-1.{number}", started_at=NOON, ended_at=ended_at)
    )


def a_watch(database: Database, load: Callable[[], Prices]) -> WatchingBudgets:
    used = UsedDays(SqlCallUsage(database).of)
    return WatchingBudgets(load, used, SqlBudgetAlerts(database))


async def told_percents(database: Database) -> list[int]:
    return sorted(one.alert.key.percent for one in await SqlBudgetAlerts(database).latest(50))


async def test_each_threshold_is_told_once_by_webhook_and_mail(database: Database) -> None:
    books, alerts = Books(), SqlBudgetAlerts(database)
    watch = a_watch(database, books.load)
    await talks(database, 1, 7)
    await watch.run(NOON)
    assert await told_percents(database) == []
    await talks(database, 2, 1)
    async with web_receiver() as web, Webhook("secret") as webhook:
        with mail_receiver() as post:
            mail = Mail(SmtpServer.of(post.url), "voicebot@lakeside.example")
            books.alerts = {"webhook": web.url, "email": "office@lakeside.example"}
            telling = TellingBudgets(alerts, webhook, mail, books.load)
            for at in (NOON, LATER):
                await watch.run(at)
                await telling.run(at)
            assert await told_percents(database) == [80]
            await talks(database, 3, 2)
            for at in (LATER, LATER + timedelta(hours=9)):
                await watch.run(at)
                await telling.run(at)
    assert await told_percents(database) == [80, 100]
    bodies = [json.loads(one.body) for one in web.requests]
    assert [one["data"]["percent"] for one in bodies] == [80, 100]
    assert bodies[0]["type"] == "budget.reached"
    assert bodies[0]["data"]["first_day"] == "2026-11-01"
    assert bodies[0]["data"]["last_day"] == "2026-11-30"
    sent = web.requests[0]
    expected = signature(
        signing_key("secret"), sent.headers["webhook-id"],
        sent.headers["webhook-timestamp"], sent.body,
    )  # fmt: skip
    assert sent.headers["webhook-signature"] == expected
    assert sent.headers["webhook-id"] == "bud_november_2026-11-01_80"
    assert [one["Subject"] for one in post.mails] == [
        "Budget november: 80 % is spent",
        "Budget november: 100 % is spent",
    ]
    assert "of 10.00 EUR" in post.mails[1].get_content()
    (last, first) = await alerts.latest(50)
    assert set(first.deliveries) == {(hook, DeliveryState.DELIVERED) for hook in Hook}
    assert last.alert.spent >= 10


async def test_prices_and_amounts_that_change_backward_never_tell_twice(
    database: Database,
) -> None:
    books = Books()
    watch = a_watch(database, books.load)
    await talks(database, 1, 9)
    for minute, amount in ((1, 10), ("0.1", 10), (1, 10), (1, 100), (1, 10)):
        books.minute, books.amount = Decimal(minute), Decimal(amount)
        await watch.run(NOON)
        assert await told_percents(database) == [80]
    books.minute = Decimal(2)
    # The month is over before anybody sees what it has really cost.
    await a_watch(database, books.load).run(NOON + timedelta(days=12))
    assert await told_percents(database) == [80, 100]


async def test_many_processes_tell_of_a_threshold_once(database: Database) -> None:
    await talks(database, 1, 20)
    books = Books()
    await asyncio.gather(*(a_watch(database, books.load).run(NOON) for _ in range(5)))
    assert await told_percents(database) == [80, 100]
    async with web_receiver() as web, Webhook("secret") as webhook:
        books.alerts = {"webhook": web.url}
        tellings = [
            TellingBudgets(SqlBudgetAlerts(database), webhook, NO_MAIL, books.load)
            for _ in range(4)
        ]
        await asyncio.gather(*(one.run(NOON) for one in tellings))
    assert len(web.requests) == 2


async def test_who_dies_while_telling_leaves_it_to_the_next(database: Database) -> None:
    await talks(database, 1, 20)
    books, alerts = Books(), SqlBudgetAlerts(database)
    await a_watch(database, books.load).run(NOON)
    assert len(await alerts.claim(NOON, 10)) == 4  # and is killed
    async with web_receiver() as web, Webhook("secret") as webhook:
        books.alerts = {"webhook": web.url}
        telling = TellingBudgets(alerts, webhook, NO_MAIL, books.load)
        await telling.run(NOON + CLAIM - timedelta(seconds=1))
        assert web.requests == []
        await telling.run(NOON + CLAIM)
        await telling.run(NOON + CLAIM * 3)
    assert len(web.requests) == 2


async def test_a_receiver_that_fails_is_tried_again_and_then_given_up(database: Database) -> None:
    await talks(database, 1, 9)
    books, alerts = Books(), SqlBudgetAlerts(database)
    await a_watch(database, books.load).run(NOON)
    async with web_receiver(503) as web, Webhook("secret") as webhook:
        books.alerts = {"webhook": web.url}
        telling = TellingBudgets(alerts, webhook, NO_MAIL, books.load)
        at = NOON
        for _ in range(MAX_ATTEMPTS + 3):
            await telling.run(at)
            at += timedelta(hours=7)
    assert len(web.requests) == MAX_ATTEMPTS
    (kept,) = await alerts.latest(1)
    assert dict(kept.deliveries) == {
        Hook.WEBHOOK: DeliveryState.GIVEN_UP,
        Hook.EMAIL: DeliveryState.UNWANTED,
    }


async def test_a_file_that_cannot_be_read_loses_nothing(database: Database) -> None:
    await talks(database, 1, 9)
    books = Books()

    def broken() -> Prices:
        raise ConfigurationError("the prices file cannot be read")

    with pytest.raises(ConfigurationError):
        await a_watch(database, broken).run(NOON)
    await a_watch(database, books.load).run(NOON)
    async with Webhook("secret") as webhook:
        telling = TellingBudgets(SqlBudgetAlerts(database), webhook, NO_MAIL, broken)
        with pytest.raises(ConfigurationError):
            await telling.run(NOON)
    assert len(await SqlBudgetAlerts(database).claim(NOON, 10)) == 2
