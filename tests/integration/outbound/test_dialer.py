"""What the dialer does when Asterisk does not answer as it should: nobody is rung twice."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.ari_server import Answer, FakeAriServer
from tests.fakes.sample_calls import a_record
from tests.store_databases import new_database
from tests.unit.ari import messages
from voicebot.ari.client import AriClient
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallId, CallRecord
from voicebot.calls.outbound_rules import Destination
from voicebot.dialogue.business import Business
from voicebot.outbound import dialer as dialing
from voicebot.outbound.dialer import Dialer, Request
from voicebot.outbound.placing import Way
from voicebot.store.engine import Database
from voicebot.store.outbound_calls import SqlOutboundCalls

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
DEADLINE_S = 0.2
SHOP = Business.model_validate(
    {
        "name": "Shop",
        "dids": ["+12025550100"],
        "persona": "You help.",
        "greeting": "You speak with a machine.",
        "outbound": {"greeting": "The machine of the shop."},
    }
)
REQUEST = Request(
    SHOP,
    Destination("+12025550123", "US", ("America/New_York",)),
    "+12025550100",
    Way("carrier", "trunk-carrier", 2),
    key="appointment-7",
)


@dataclass(slots=True)
class Records:
    """The record of every call, if there is one."""

    record: CallRecord | None = None
    looks: int = 0

    async def find(self, call_id: CallId) -> CallRecord | None:
        self.looks += 1
        if self.record is None:
            return None
        facts = replace(self.record.facts, call_id=call_id)
        return replace(self.record, facts=facts)


@dataclass(slots=True)
class Asterisk:
    """Answers as an Asterisk with an agent; what it says to a call to be placed is for the test."""

    originate: Callable[[], Answer | None] = lambda: (200, messages.channel())
    has_channel: bool = True
    server: FakeAriServer = field(default_factory=FakeAriServer)

    def answer(self, method: str, uri: str) -> Answer | None:
        if uri.startswith("asterisk/variable"):
            return 200, {"value": ""}
        if (method, uri) == ("GET", "applications"):
            return 200, [
                {"name": "voicebot-a-1", "channel_ids": [], "bridge_ids": [], "endpoint_ids": []}
            ]
        if (method, uri) in {("GET", "channels"), ("GET", "bridges")}:
            return 200, []
        if (method, uri) == ("POST", "channels"):
            return self.originate()
        if method == "GET":
            return (200, messages.channel()) if self.has_channel else (404, {"message": "gone"})
        return (200, {}) if self.has_channel else (422, {"message": "gone"})

    @property
    def placed(self) -> list[str]:
        """The ids of the channels asked for."""
        asked = [one for one in self.server.requests_to("channels") if one["method"] == "POST"]
        return [_parameter(one, "channelId") for one in asked]


def _parameter(request: object, name: str) -> str:
    text = json.dumps(request)
    found = text.partition(f'"{name}')[2]
    assert found, text
    parsed = json.loads(text)
    if "message_body" in parsed:
        return str(json.loads(parsed["message_body"])[name])
    return next(str(one["value"]) for one in parsed["query_strings"] if one["name"] == name)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_database(request, "sqlite", tmp_path) as made:
        yield made


@pytest.fixture
async def calls(url: str) -> AsyncIterator[SqlOutboundCalls]:
    database = Database.open(url)
    yield SqlOutboundCalls(database)
    await database.close()


@pytest.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    made = Asterisk()
    made.server.answer = made.answer
    async with made.server:
        yield made


@pytest.fixture
async def ari(asterisk: Asterisk) -> AsyncIterator[AriClient]:
    async with AriClient(
        asterisk.server.url, "user", "secret", app="dial-1", request_deadline_s=DEADLINE_S
    ) as client:
        await client.wait_connected(5)
        yield client


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialing, "LOOKS", 2)
    monkeypatch.setattr(dialing, "LOOK_EVERY_S", 0.01)


def a_dialer(ari: AriClient, calls: SqlOutboundCalls, records: Records) -> Dialer:
    return Dialer(ari, calls, records, "node1", lambda: NOW)


async def test_when_asterisk_refuses_that_is_the_result(
    asterisk: Asterisk, ari: AriClient, calls: SqlOutboundCalls
) -> None:
    asterisk.originate = lambda: (500, {"message": "Allocation failed"})
    result = await a_dialer(ari, calls, Records()).dial(REQUEST)
    assert (result.status, result.record) == (DialStatus.CONGESTION, None)
    assert (await calls.latest(1))[0].status is DialStatus.CONGESTION
    assert len(asterisk.placed) == 1


async def test_a_call_that_asterisk_did_not_confirm_is_followed_and_not_placed_again(
    asterisk: Asterisk, ari: AriClient, calls: SqlOutboundCalls
) -> None:
    asterisk.originate = lambda: None
    dialer = a_dialer(ari, calls, Records(a_record()))
    result = await dialer.dial(REQUEST, waits=False)
    assert (result.status, len(asterisk.placed)) == (None, 1)
    assert asterisk.placed == [result.call_id]
    # Whoever asks again under the key is told of that one.
    again = await dialer.dial(REQUEST, waits=False)
    assert (again.was_placed_before, again.call_id) == (True, result.call_id)
    assert len(asterisk.placed) == 1


async def test_a_call_that_asterisk_knows_nothing_of_is_lost_and_not_placed_again(
    asterisk: Asterisk, ari: AriClient, calls: SqlOutboundCalls
) -> None:
    asterisk.originate, asterisk.has_channel = lambda: None, False
    result = await a_dialer(ari, calls, Records()).dial(REQUEST)
    assert (result.status, len(asterisk.placed)) == (DialStatus.LOST, 1)


async def test_a_call_that_was_over_before_it_could_be_followed_is_told_by_its_record(
    asterisk: Asterisk, ari: AriClient, calls: SqlOutboundCalls
) -> None:
    asterisk.has_channel = False
    record = replace(a_record(), answered_at=None, hangup_cause=17)
    result = await a_dialer(ari, calls, Records(record)).dial(REQUEST)
    assert (result.status, result.hangup_cause) == (DialStatus.BUSY, 17)


@pytest.mark.parametrize("has_record", [True, False])
async def test_what_a_dead_dialer_left_open_is_settled_by_the_next(
    asterisk: Asterisk, ari: AriClient, calls: SqlOutboundCalls, has_record: bool
) -> None:
    dialer = a_dialer(ari, calls, Records())
    first = await dialer.dial(replace(REQUEST, key=None), waits=False)
    assert first.call_id is not None
    # It rings still, for all anybody knows.
    asterisk.has_channel = False
    young = await dialer.dial(replace(REQUEST, key=None), waits=False)
    assert young.status is DialStatus.REFUSED
    record = replace(a_record(), answered_at=None, hangup_cause=19) if has_record else None
    later = NOW + dialing.SURELY_PLACED_AFTER + timedelta(seconds=1)
    asterisk.has_channel = False
    next_dialer = Dialer(ari, calls, Records(record), "node1", lambda: later)
    asterisk.originate = lambda: (500, {"message": "Allocation failed"})
    second = await next_dialer.dial(replace(REQUEST, key=None))
    kept = await calls.find(first.call_id)
    assert kept is not None
    assert kept.status is (DialStatus.NO_ANSWER if has_record else DialStatus.LOST)
    assert second.call_id != first.call_id
