"""Where a call begins: a callback with why we ring, and with what was said before."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.fakes.sample_business import CONTENT
from tests.fakes.sample_calls import a_record
from voicebot.agents.new_context import remember
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.calls.model import CallbackReason, CallFacts, CallId, CallRecord, ChannelId, Owed
from voicebot.calls.session import CallContext
from voicebot.dialogue.business import Business
from voicebot.errors import StoreError

BEFORE = CallId("node1-1.1")
FACTS = CallFacts(
    CallId("out-1"),
    ChannelId("out-1"),
    "+15550100",
    "1000",
    "ulaw",
    owed=Owed(CallbackReason.BROKEN, BEFORE),
)


class Records:
    """The records of calls, of which one is asked for."""

    def __init__(self, record: CallRecord | None, *, is_away: bool = False) -> None:
        self.record, self.is_away = record, is_away

    async def write(self, record: CallRecord) -> None:
        raise AssertionError("nothing is written here")

    async def find(self, call_id: CallId) -> CallRecord | None:
        assert call_id == BEFORE
        if self.is_away:
            raise StoreError("away")
        return self.record


async def remembered(records: Records, facts: CallFacts = FACTS) -> list[str]:
    context = CallContext(facts, "agent-1", started_at=datetime(2026, 11, 24, tzinfo=UTC))
    await remember(context, RecordKeeping(records))
    return [exchange.said for exchange in context.conversation.before]


async def test_a_callback_goes_on_with_what_was_said_and_heard_before() -> None:
    record = a_record()
    assert record.turns
    assert await remembered(Records(record)) == [
        turn.said_heard for turn in record.turns if turn.heard or turn.said_heard
    ]


async def test_without_a_past_it_is_still_a_call() -> None:
    assert await remembered(Records(None)) == []
    assert await remembered(Records(a_record(), is_away=True)) == []
    assert await remembered(Records(a_record()), replace(FACTS, owed=None)) == []


def test_a_callback_says_who_calls_why_and_what_to_press() -> None:
    outbound = {"greeting": "This is the machine of Lakeside Bikes."}
    rules = {"missed": "You rang.", "press_one": "Press one."}
    business = Business.model_validate({**CONTENT, "outbound": outbound, "callbacks": rules})
    assert business.callbacks is not None
    assert business.callbacks.opening_after("We call.", CallbackReason.MISSED) == (
        "We call. You rang. Press one."
    )
    assert business.callbacks.welcome(CallbackReason.BROKEN) == business.callbacks.resumed
