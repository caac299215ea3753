from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_message, a_voicemail
from voicebot.calls.delivery import DeliveryState, Hook
from voicebot.calls.model import CallId, HandledBy
from voicebot.errors import StoreError
from voicebot.store.engine import Database
from voicebot.store.messages import TRANSCRIPT_PATIENCE, SqlMessages
from voicebot.store.outbox import CLAIM, SqlOutbox
from voicebot.store.tables import messages as messages_table

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def messages(database: Database) -> SqlMessages:
    return SqlMessages(database)


@pytest.fixture
def outbox(database: Database) -> SqlOutbox:
    return SqlOutbox(database)


async def test_the_latest_messages_come_newest_first(messages: SqlMessages) -> None:
    for minute in (1, 3, 2):
        await messages.leave(a_message(f"c-{minute}", taken_at=NOON + timedelta(minutes=minute)))
    latest = await messages.latest(2)
    assert [kept.message.call_id for kept in latest] == ["c-3", "c-2"]
    assert [delivery.hook for delivery in latest[0].deliveries] == [Hook.EMAIL, Hook.WEBHOOK]


async def test_what_an_agent_wrote_down_is_passed_on_at_once(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message())
    due = await outbox.claim(NOON, 10)
    assert {(one.message, one.hook, one.attempts) for one in due} == {
        (a_message(), hook, 1) for hook in Hook
    }
    assert all(one.is_transcribed for one in due)


async def test_a_clock_that_was_set_back_holds_no_message_up(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message())
    assert len(await outbox.claim(NOON - timedelta(hours=1), 10)) == 2


async def test_a_voicemail_waits_a_little_for_its_transcript(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_voicemail())
    assert await outbox.claim(NOON, 10) == []
    assert await messages.untranscribed("node1", 10) == [a_voicemail()]
    await messages.transcribed(a_voicemail(), "call me back please", NOON + timedelta(seconds=5))
    assert await messages.untranscribed("node1", 10) == []
    due = await outbox.claim(NOON + timedelta(seconds=5), 10)
    assert {one.message.text for one in due} == {"call me back please"}


async def test_a_voicemail_that_nobody_transcribes_is_passed_on_without_words_and_then_with(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_voicemail())
    without = await outbox.claim(NOON + TRANSCRIPT_PATIENCE, 10)
    assert [(one.message.text, one.is_transcribed) for one in without] == [("", False)] * 2
    for due in without:
        await outbox.delivered(due, NOON + TRANSCRIPT_PATIENCE)
    assert await outbox.claim(LATER, 10) == []
    await messages.transcribed(a_voicemail(), "call me back please", LATER)
    due_again = await outbox.claim(LATER, 10)
    assert [(one.message.text, one.is_transcribed) for one in due_again] == [
        ("call me back please", True)
    ] * 2


async def test_a_recording_without_words_is_not_passed_on_again(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_voicemail())
    for due in await outbox.claim(NOON + TRANSCRIPT_PATIENCE, 10):
        await outbox.delivered(due, NOON + TRANSCRIPT_PATIENCE)
    await messages.transcribed(a_voicemail(), "", LATER)
    assert await outbox.claim(LATER, 10) == []


async def test_a_transcript_that_comes_twice_counts_once(messages: SqlMessages) -> None:
    await messages.leave(a_voicemail())
    await messages.transcribed(a_voicemail(), "first", NOON)
    await messages.transcribed(a_voicemail(), "second", LATER)
    (kept,) = await messages.of_call(CallId("node1-1.1"))
    assert kept.message.text == "first"


async def test_each_node_hears_its_own_recordings(messages: SqlMessages) -> None:
    for call_id in ("node1-1.1", "node2-1.1", "node11-1.1"):
        await messages.leave(a_voicemail(call_id))
    found = await messages.untranscribed("node1", 10)
    assert [message.call_id for message in found] == ["node1-1.1"]


async def test_what_is_claimed_is_nobody_elses_until_the_claim_ends(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message())
    assert len(await outbox.claim(NOON, 1)) == 1
    assert len(await outbox.claim(NOON, 10)) == 1  # the other hook
    assert await outbox.claim(NOON + CLAIM - timedelta(seconds=1), 10) == []
    again = await outbox.claim(NOON + CLAIM, 10)  # whoever had claimed them died
    assert [due.attempts for due in again] == [2, 2]


async def test_a_failure_is_tried_again_when_told_and_the_last_is_given_up(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message())
    webhook, email = sorted(await outbox.claim(NOON, 10), key=lambda due: due.hook, reverse=True)
    await outbox.failed(webhook, "http-503", LATER)
    await outbox.failed(email, "smtp-550", None)
    assert await outbox.claim(LATER - timedelta(seconds=1), 10) == []
    assert [due.hook for due in await outbox.claim(LATER, 10)] == [Hook.WEBHOOK]
    (kept,) = await messages.of_call(CallId("node1-1.1"))
    assert [(one.state, one.last_error) for one in kept.deliveries] == [
        (DeliveryState.GIVEN_UP, "smtp-550"),
        (DeliveryState.WAITING, "http-503"),
    ]


async def test_a_hook_that_nobody_wants_is_not_tried_again(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message())
    for due in await outbox.claim(NOON, 10):
        await outbox.unwanted(due)
    assert await outbox.claim(LATER, 10) == []


async def test_a_message_replaced_while_it_is_under_way_is_passed_on_again(
    messages: SqlMessages, outbox: SqlOutbox
) -> None:
    await messages.leave(a_message(text="order the blue one"))
    under_way = await outbox.claim(NOON, 10)
    await messages.leave(a_message(text="order the red one"))
    for due in under_way:
        await outbox.delivered(due, NOON)
    assert {due.message.text for due in await outbox.claim(NOON, 10)} == {"order the red one"}


async def test_an_erased_message_does_not_come_back(
    messages: SqlMessages, database: Database
) -> None:
    await messages.leave(a_message())
    async with database.writing("erase") as connection:
        await connection.execute(update(messages_table).values(text="", erased_at=LATER))
    await messages.leave(a_message())
    (kept,) = await messages.of_call(CallId("node1-1.1"))
    assert kept.message.text == ""


async def test_a_message_that_cannot_be_kept_is_not_promised(messages: SqlMessages) -> None:
    naive = replace(a_message(), taken_at=NOON.replace(tzinfo=None))
    with pytest.raises(StoreError) as refused:
        await messages.leave(naive)
    told = f"{refused.value} {refused.value.__cause__}"
    assert "Lovelace" not in told
    assert "blue" not in told
    assert await messages.latest(10) == []


async def test_agent_and_voicemail_of_one_call_are_told_apart(messages: SqlMessages) -> None:
    await messages.leave(a_message())
    await messages.leave(a_voicemail(taken_at=LATER))
    kept = await messages.of_call(CallId("node1-1.1"))
    assert [one.message.taken_by for one in kept] == [HandledBy.AGENT, HandledBy.DIALPLAN]
    assert [one.is_transcribed for one in kept] == [True, False]
