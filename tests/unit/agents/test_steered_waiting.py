"""Waiting callers, and what supervisors want of them and of their queues."""

import asyncio

from tests.fakes.virtual_time import settle
from tests.unit.agents.waiting_place import SAID, Place, place
from voicebot.agents.wait_reckoner import LOOK_EVERY_S
from voicebot.agents.waiting_room import BETWEEN_LOOKS_S, RENEW_EVERY_S
from voicebot.calls import events as on
from voicebot.calls.model import CallId, Leaving
from voicebot.queueing.handle_times import LEAST_SEEN
from voicebot.queueing.wait_facts import ConversationOver, SlotsChanged
from voicebot.queueing.waiting_session import CallbackOffered, SentOn

__all__ = ["place"]


async def test_a_supervisor_sends_a_waiting_caller_to_people(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    assert place.room.tell(CallId("ben"), SentOn("bikes"))
    await settle()
    assert place.told["ben"] == [on.LineLeft("supervisor-sends-on", Leaving.FOR_MESSAGE, "bikes")]
    assert not place.room.tell(CallId("ben"), SentOn("bikes"))


async def test_what_a_caller_is_told_of_the_wait_is_told_to_supervisors(place: Place) -> None:
    await place.arrives("anna")
    at_s = place.outside.services().clock.at().timestamp()
    place.waits.facts.have([SlotsChanged(1, at_s), *[ConversationOver(60.0, at_s)] * LEAST_SEEN])
    await asyncio.sleep(2 * LOOK_EVERY_S)
    await place.arrives("ben")
    await asyncio.sleep(1)
    [(name, fields)] = place.noted
    assert name == "wait.told"
    assert 0 <= fields["low_s"] < fields["high_s"]


async def test_a_supervisor_has_a_callback_offered_at_once(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    assert place.room.tell(CallId("ben"), CallbackOffered())
    await settle()
    assert place.control.asked[-1] == ("play", "ben", SAID.offer_callback, SAID.keys)
    assert not place.room.tell(CallId("anna"), CallbackOffered())


async def test_who_rings_a_paused_queue_waits_though_there_is_a_slot_until_it_is_resumed(
    place: Place,
) -> None:
    await place.lines.pause(place.queue, is_paused=True)
    await asyncio.sleep(RENEW_EVERY_S + 0.1)
    assert await place.arrives("anna") == []
    await place.lines.tell_change()
    await asyncio.sleep(RENEW_EVERY_S + 0.1)
    assert place.told["anna"] == []
    await place.lines.pause(place.queue, is_paused=False)
    await asyncio.sleep(RENEW_EVERY_S + 2 * BETWEEN_LOOKS_S)
    await settle()
    assert place.told["anna"] == [on.Admitted()]
