"""The clock of the whole stack is set in mid-call: an hour back, an hour ahead, a month ahead.

Each time one caller waits for an answer at that moment, and another hangs up soon after. Nobody of
ours is to notice, and nothing may be lost by it.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tests.polling import until
from tests.stack_fixture import stack_for_tests
from tests.telephony.accounting import Accounts, accounted
from tests.telephony.bad_input.audio import Samples
from tests.telephony.bad_input.phone import AGENT, CALLER, Phone, phone
from tests.telephony.bad_input.settable_clock import SettableClock, settable_clock
from voicebot.after_call.erasing import MEMORY, read_clock
from voicebot.caller.listening import contains_words
from voicebot.caller.speech import spoken
from voicebot.calls.model import CallRecord, HandledBy, Outcome
from voicebot.settings import PROJECT_DIR
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of
from voicebot.store.asterisk_cdr import read_line
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database

QUESTION, ANOTHER = "What are your opening hours?", "Where can I park?"
# What nobody asks need not be made into speech.
FACTS = {"opening-hours": "Every day from nine to six.", "parking": "Right behind the shop."}
NO_RTP = 44  # Q.850: requested channel not available
# From the end of the question until the clock is set: before it is taken for the end. What a worker
# has at hand in that instant may be lost: then the caller is asked again.
THINKING_S = 0.05
GOING_S = 0.5


@dataclass(frozen=True, slots=True)
class Jump:
    """How the clock is set, and how far it is ahead then."""

    ahead: timedelta
    talker: str
    goer: str


JUMPS: Mapping[str, Jump] = {
    "an hour back": Jump(timedelta(hours=-1), "2025554001", "2025554002"),
    "an hour ahead": Jump(timedelta(), "2025554003", "2025554004"),
    "a month ahead": Jump(timedelta(days=31), "2025554005", "2025554006"),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A stack with a clock of its own."""

    stack: Stack
    clock: SettableClock
    accounts: Accounts


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    state_dir = tmp_path_factory.mktemp("clock") / "state"
    state_dir.mkdir()
    business_file = state_dir / "business.yaml"
    business_file.write_text(yaml.safe_dump(_business()))
    (state_dir / MEMORY).write_text(json.dumps(_trusted()))
    with ExitStack() as up:
        clock = up.enter_context(settable_clock())
        with clock.for_processes(state_dir):
            stack = up.enter_context(
                stack_for_tests(state_dir, business_file=business_file, agent_processes=1)
            )
        agent = stack.paths.log("agent-1")
        until(lambda: '"agent.speech_is_warm"' in agent.read_text(), "all speech is made", 90)
        accounts = up.enter_context(accounted(stack, known_within=None))
        yield Shop(stack, clock, accounts)


@pytest.fixture(scope="module")
def phones(shop: Shop) -> Mapping[str, Phone]:
    sounds = {text: spoken(text, shop.stack.settings.cache_dir) for text in (QUESTION, ANOTHER)}
    return asyncio.run(_place_all(shop, sounds))


async def _place_all(shop: Shop, sounds: Mapping[str, Samples]) -> Mapping[str, Phone]:
    phones: dict[str, Phone] = {}
    for jump in JUMPS.values():
        is_set = asyncio.Event()
        async with asyncio.TaskGroup() as calls:
            talking = calls.create_task(_talk(shop, jump, is_set, sounds))
            going = calls.create_task(_go(shop, jump, is_set))
        phones |= {jump.talker: talking.result(), jump.goer: going.result()}
    return phones


async def _talk(
    shop: Shop, jump: Jump, is_set: asyncio.Event, sounds: Mapping[str, Samples]
) -> Phone:
    async with phone(shop.stack.settings.sip_port, "1000", jump.talker) as own:
        own.dial()
        await _hears_out(own)
        own.audio.say(QUESTION, sounds[QUESTION])
        await own.audio.falls_silent()
        await asyncio.sleep(THINKING_S)
        shop.clock.set(jump.ahead)
        is_set.set()
        await _hears_out(own)
        own.audio.say(ANOTHER, sounds[ANOTHER])
        await _hears_out(own)
        own.hang_up()
        await own.is_over()
    return own


async def _go(shop: Shop, jump: Jump, is_set: asyncio.Event) -> Phone:
    async with phone(shop.stack.settings.sip_port, "1000", jump.goer) as own:
        own.dial()
        await _hears_out(own)
        await is_set.wait()
        await asyncio.sleep(GOING_S)
        own.hang_up()
        await own.is_over()
    return own


async def _hears_out(own: Phone) -> None:
    """Or is hung up on."""
    hearing = asyncio.create_task(own.audio.hears_out())
    over = asyncio.create_task(own.over.wait())
    done, left = await asyncio.wait((hearing, over), return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    for task in done:
        task.result()


@pytest.mark.parametrize("name", JUMPS)
def test_a_caller_is_heard_and_answered_on_while_the_clock_is_set(
    phones: Mapping[str, Phone], shop: Shop, name: str
) -> None:
    own = phones[JUMPS[name].talker]
    record = _record_of(shop, own)
    if "ahead" in name and _asterisk_took_it_for_dead(shop, record):
        assert own.hung_up_by == AGENT
        return
    assert own.hung_up_by == CALLER
    assert (record.handled_by, record.outcome) == (HandledBy.AGENT, Outcome.RESOLVED)
    _, first, second = record.turns
    for turn, question in ((first, QUESTION), (second, ANOTHER)):
        assert contains_words(turn.heard, question) > 0.7
        assert turn.fact_id in FACTS
        assert turn.said_heard == turn.said


@pytest.mark.parametrize("name", JUMPS)
def test_a_caller_who_hangs_up_while_the_clock_is_set_leaves_one_complete_record(
    phones: Mapping[str, Phone], shop: Shop, name: str
) -> None:
    record = _record_of(shop, phones[JUMPS[name].goer])
    assert (record.handled_by, record.outcome) == (HandledBy.AGENT, Outcome.ABANDONED)
    assert record.ended_at - record.started_at < timedelta(minutes=1)


def _asterisk_took_it_for_dead(shop: Shop, record: CallRecord) -> bool:
    """Asterisk 22.10 counts the seconds since a caller's last packet (rtp_timeout) by the wall
    clock. Where it looks between a jump ahead and the next packet, it hangs up.
    """
    file = shop.stack.settings.state_dir / CDR_FILE
    stubs = [read_line(line) for line in file.read_text().splitlines()]
    return NO_RTP in [
        stub.hangup_cause
        for stub in stubs
        if isinstance(stub, CallRecord) and stub.facts.call_id == record.facts.call_id
    ]


def test_a_clock_a_month_ahead_erases_nothing(phones: Mapping[str, Phone], shop: Shop) -> None:
    settings = shop.stack.settings
    round_done = subprocess.run(
        (sys.executable, "-m", "voicebot", "records", "--once"),
        env={
            **os.environ,
            **environment_of(settings),
            **shop.clock.environment(settings.state_dir),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    [waits] = [
        line
        for line in map(json.loads, round_done.stdout.splitlines())
        if line["event"] == "records.erasure_waits"
    ]
    assert abs(waits["jumped_s"] - timedelta(days=31).total_seconds()) < 60
    record = _record_of(shop, phones[JUMPS["an hour back"].talker])
    assert record.recording_caller is not None
    assert (settings.state_dir / record.recording_caller).is_file()
    assert all(turn.said_heard for turn in record.turns)


def _record_of(shop: Shop, own: Phone) -> CallRecord:
    """Its one record, complete and with sane times."""
    [one] = shop.accounts.calls_of(own.caller)

    async def ask() -> CallRecord | None:
        database = Database.open(shop.stack.settings.resolved_database_url)
        try:
            return await SqlCallRecords(database).find(one.record.facts.call_id)
        finally:
            await database.close()

    record = asyncio.run(ask())
    assert record is not None
    return record


def _business() -> dict[str, Any]:
    """The demo's, which says little at first, and records."""
    demo: dict[str, Any] = yaml.safe_load(
        (PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text()
    )
    asked = ("name", "language", "dids", "persona", "hours")
    return {name: demo[name] for name in asked} | {
        "facts": [
            fact | {"answer": FACTS[fact["id"]]} for fact in demo["facts"] if fact["id"] in FACTS
        ],
        "greeting": "Lakeside Bikes, a machine.",
        "recording": {"enabled": True, "announcement": "Recorded."},
        "silence": {"patience_s": 20.0},
    }


def _trusted() -> dict[str, object]:
    """What is remembered of a clock that has gone well for two days."""
    now = read_clock(datetime.now(UTC))
    last = {"at": now.at.isoformat(), "boot_id": now.boot_id, "up_s": now.up_s}
    return {"last": last, "steady_s": 2 * 86_400.0, "jumped_s": 0.0}
