"""Callers who are rung back: out of the line, and after Asterisk died under their conversation."""

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.polling import until
from tests.telephony.accounting import Accounts
from tests.telephony.outbound.callee import ANSWERS, Callee, callee, pause, ulaw
from tests.telephony.queue.conftest import RINGS_BACK, SHOP
from tests.telephony.service.caller import Caller, hears_all, understood
from tests.telephony.service.running import Service
from voicebot.caller.speech import spoken
from voicebot.calls.model import AnsweredBy, CallRecord, Direction, Outcome
from voicebot.calls.transitions import CallState
from voicebot.queueing.callbacks import Callback, CallbackState, Why
from voicebot.queueing.model import Rank
from voicebot.queueing.waiting_session import KEY_EVERY_S
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

LIMIT_S = 40.0
# A busy machine pauses between phrases; the agent asks whether anybody is there after 8 s.
ALL_SAID_S = 4.5
REACTION_S = 0.4


def says(full: Service, person: Callee, text: str) -> float:
    """Returns when it was begun."""
    began_s = time.monotonic()
    person.say(ulaw(spoken(text, full.stack.settings.cache_dir)))
    until(lambda: person.has_said_all, "all is said", LIMIT_S)
    return began_s


def kept(full: Service, caller: Caller) -> tuple[list[Callback], list[CallRecord]]:
    """The caller's callbacks, and the calls to the caller."""

    async def ask() -> tuple[list[Callback], list[CallRecord]]:
        database = Database.open(full.stack.settings.resolved_database_url)
        try:
            callbacks = await SqlCallbackBookings(database).latest(50)
            records = await SqlCallRecords(database).latest(50)
        finally:
            await database.close()
        return (
            [one for one in callbacks if one.number.endswith(caller.number)],
            [
                one
                for one in records
                if one.facts.caller_number.endswith(caller.number)
                and one.facts.direction is Direction.OUTBOUND
            ],
        )

    return asyncio.run(ask())


def is_done(full: Service, caller: Caller) -> tuple[Callback, CallRecord]:
    def over() -> bool:
        callbacks, _ = kept(full, caller)
        return bool(callbacks) and not callbacks[0].is_open

    until(over, lambda: f"the callback is done: {kept(full, caller)}", LIMIT_S)
    [callback], [record] = kept(full, caller)
    assert (callback.state, callback.why) == (CallbackState.DONE, Why.SERVED)
    assert callback.attempts == 1
    return callback, record


def test_who_leaves_the_line_is_rung_when_it_is_their_turn_and_connected_by_a_key(
    full: Service, carrier_port: int, tmp_path: Path
) -> None:
    hello = ulaw(spoken("Hello?", full.stack.settings.cache_dir))
    with full.calling(SHOP) as first:
        first.is_answered("greeting")
        with full.calling(RINGS_BACK) as second:
            until(lambda: _waits(second), "the second waits", LIMIT_S)
            second.hears_sound()
            second.presses("1")
            # Keys that follow one another at once are mashed, not meant.
            confirmed_s = time.monotonic() + 2 * KEY_EVERY_S
            until(lambda: time.monotonic() > confirmed_s, "the number is read back")
            second.presses("1")
            second.is_hung_up_on()
        with callee(carrier_port, full.stack.settings.sip_port, ANSWERS, tmp_path) as person:
            person.say(pause(REACTION_S) + hello)
            [waits], _ = kept(full, second)
            assert (waits.is_open, waits.place.rank) == (True, Rank.REGULAR)
            first.says("What are your opening hours?")
            first.is_answered("hours")
            assert not person.was_rung, "there is no slot"
            first.hangs_up()
            until(lambda: person.is_quiet_for(ALL_SAID_S), lambda: person.log, LIMIT_S)
            asked_s = time.monotonic()
            person.press("1")
            until(lambda: person.has_answered_since(asked_s, ALL_SAID_S), "welcome", LIMIT_S)
            place_s = says(full, person, "What is your address?")
            until(lambda: person.has_answered_since(place_s, ALL_SAID_S), "an answer", LIMIT_S)
            says(full, person, "Thank you, that's all. Goodbye.")
            assert person.is_as_expected()
            assert person.log.count("INVITE sip:") == 1
            heard = understood(
                tmp_path,
                {"all": person.samples_since(0.0), "answer": person.samples_since(place_s)},
            )
    business = full.business("rings-back")
    assert business.callbacks is not None
    assert hears_all(heard["all"], business.callbacks.requested), heard
    assert hears_all(heard["all"], business.callbacks.connected), heard
    assert hears_all(heard["answer"], business.fact("address").answer), heard
    callback, record = is_done(full, second)
    assert callback.place == waits.place
    assert (record.answered_by, record.outcome) == (AnsweredBy.PERSON, Outcome.RESOLVED)


def test_whose_asterisk_dies_is_rung_back_at_once_and_goes_on_with_the_conversation(
    full: Service, accounts: Accounts, carrier_port: int, tmp_path: Path
) -> None:
    hello = ulaw(spoken("Hello?", full.stack.settings.cache_dir))
    with full.calling(RINGS_BACK) as caller:
        accounts.excused.add(caller.number)
        caller.is_answered("greeting")
        caller.says("What are your opening hours?")
        caller.is_answered("hours")
        with callee(carrier_port, full.stack.settings.sip_port, ANSWERS, tmp_path) as person:
            person.say(pause(REACTION_S) + hello)
            os.kill(full.pid_of("asterisk"), signal.SIGKILL)
            until(lambda: person.answered_at_s is not None, "is rung back", LIMIT_S)
            until(lambda: person.is_quiet_for(ALL_SAID_S), lambda: person.log, LIMIT_S)
            confirmed_s = time.monotonic()
            person.press("1")
            until(lambda: person.has_answered_since(confirmed_s, ALL_SAID_S), "welcome", LIMIT_S)
            says(full, person, "Thank you, that's all. Goodbye.")
            assert person.is_as_expected()
            assert person.log.count("INVITE sip:") == 1
            heard = understood(tmp_path, {"all": person.samples_since(0.0)})
    business = full.business("rings-back")
    assert business.callbacks is not None
    assert hears_all(heard["all"], business.callbacks.dropped), heard
    assert hears_all(heard["all"], business.callbacks.resumed), heard
    callback, record = is_done(full, caller)
    assert callback.place.rank is Rank.DROPPED
    assert record.answered_by is AnsweredBy.PERSON


def _waits(caller: Caller) -> bool:
    context = caller.context
    return context is not None and context.state is CallState.WAITING
