"""Callers of one process, of whom so many may talk."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.sample_business import CONTENT
from tests.fakes.virtual_time import settle
from tests.unit.agents.waiting_place import SAID, VIP, Place, place
from tests.unit.queueing.owed import owed
from voicebot.agents.waiting_room import LOOK_AGAIN_S
from voicebot.calls import events as on
from voicebot.calls.model import CallId, Leaving, Outcome
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.dialogue.business import Business
from voicebot.queueing.admission import LINE_AND_CALLBACKS, PEOPLE_ONLY
from voicebot.queueing.model import Place as QueuePlace
from voicebot.queueing.model import Rank

__all__ = ["place"]


async def test_a_caller_for_whom_there_is_a_slot_talks_at_once(place: Place) -> None:
    assert await place.arrives("anna") == [on.Admitted()]
    assert place.slots.held == {"anna"}
    assert place.control.asked == []


async def test_who_rings_a_number_without_a_queue_talks_at_once_and_counts(place: Place) -> None:
    await place.arrives("anna")
    place.business = place.business.model_copy(update={"queues": ()})
    assert await place.arrives("ben") == [on.Admitted()]
    place.room.talks(CallId("ben"))
    assert place.slots.held == {"anna", "ben"}
    await place.room.left(CallId("ben"))
    assert place.slots.held == {"anna"}


async def test_the_next_hears_music_and_the_position_and_comes_in_as_the_slot_is_freed(
    place: Place,
) -> None:
    await place.arrives("anna")
    assert await place.arrives("ben") == []
    said = [SAID.all_busy, SAID.next_in_line, SAID.offer_callback, SAID.keys]
    assert place.control.asked == [
        ("answer", "ben"),
        ("start_music", "ben", "default"),
        ("play", "ben", *said),
    ]
    await place.goes("anna")
    assert place.told["ben"] == [on.Admitted()]
    assert place.control.asked[-1] == ("stop_music", "ben")
    assert place.slots.held == {"ben"}
    assert await place.lines.waiting(place.queue) == 0


async def test_callers_come_in_by_rank_and_then_as_they_came(place: Place) -> None:
    await place.arrives("anna")
    for name, number in (("ben", ""), ("carl", ""), ("vera", VIP)):
        await place.arrives(name, number)
    order = []
    for gone in ("anna", "vera", "ben"):
        await place.goes(gone)
        order += [name for name, told in place.told.items() if told and name not in order]
    assert order == ["anna", "vera", "ben", "carl"]


async def test_who_rings_back_before_the_callback_keeps_the_place(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben", "+12025550188")
    place.owed = owed(place=QueuePlace(Rank.REGULAR, 1.0, 1))
    await place.arrives("carl", "+12025550199")
    assert await place.lines.position(place.queue, CallId("carl")) == 1
    await place.goes("anna")
    assert place.told["carl"] == [on.Admitted()]
    assert place.told["ben"] == []


async def test_who_hangs_up_stands_in_nobodys_way(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.arrives("carl")
    place.stays["ben"].cancel()
    await settle()
    assert await place.lines.position(place.queue, CallId("carl")) == 1
    await place.goes("anna")
    assert place.told["carl"] == [on.Admitted()]
    assert place.slots.held == {"carl"}


async def test_a_callback_is_booked_and_then_the_call_ends(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.presses("ben", "11")
    [request] = place.outside.messages.requested
    assert request.number == "+12025550123"
    assert request.place is not None, "kept"
    assert request.place.rank is Rank.REGULAR
    assert place.told["ben"] == [on.Promised(Outcome.CALLBACK_BOOKED)], "also if ben hangs up now"
    async with asyncio.timeout(60):
        await place.stays["ben"]
    assert place.told["ben"] == [on.Promised(Outcome.CALLBACK_BOOKED)]
    assert ("hang_up", "ben", "16") in place.control.asked
    assert await place.lines.waiting(place.queue) == 0


async def test_who_hangs_up_before_confirming_has_booked_nothing(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.presses("ben", "1")
    assert SAID.confirm in str(place.control.asked)
    place.stays["ben"].cancel()
    await settle()
    assert place.outside.messages.requested == []
    assert place.told["ben"] == []
    assert await place.lines.waiting(place.queue) == 0


async def test_two_who_book_and_one_from_another_telephone_are_two_callers(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben", "+12025550188")
    await place.arrives("bens-other", "+12025550199")
    await place.presses("ben", "11")
    [request] = place.outside.messages.requested
    assert request.number == "+12025550188"
    assert place.told["bens-other"] == []
    assert await place.lines.position(place.queue, CallId("bens-other")) == 1


async def test_a_number_that_is_not_rung_is_refused_and_the_caller_stays_in_line(
    place: Place,
) -> None:
    place.outside.messages.refused = Refused(Refusal.PREMIUM_RATE, "it costs extra")
    await place.arrives("anna")
    await place.arrives("ben")
    await place.presses("ben", "11")
    assert place.outside.messages.requested == []
    assert place.told["ben"] == []
    assert await place.lines.waiting(place.queue) == 1
    assert SAID.number_refused in str(place.control.asked)


async def test_a_key_sends_the_caller_to_people_or_to_the_voicemail(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.arrives("carl")
    await place.presses("ben", "0")
    people = on.LineLeft("caller-wants-operator", Leaving.FOR_MESSAGE, "workshop")
    assert place.told["ben"] == [people]
    assert place.control.asked[-1] == ("stop_music", "ben")
    await place.presses("carl", "#")
    assert place.told["carl"] == [on.LineLeft("caller-leaves-message", Leaving.FOR_MESSAGE)]
    assert await place.lines.waiting(place.queue) == 0


async def test_keys_that_are_mashed_do_what_the_first_does(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    for key in "1110#":
        place.room.press(CallId("ben"), key)
    await settle()
    assert place.outside.messages.requested == [], "nobody heard the number"
    assert place.told["ben"] == []
    assert SAID.confirm in place.control.asked[-1]


async def test_a_closed_queue_that_has_nothing_to_offer_turns_callers_away() -> None:
    place = Place(slots=0, max_waiting=0, callbacks=False)
    assert await place.arrives("anna") == [on.LineLeft("line-full", Leaving.TURNED_AWAY)]
    assert place.control.asked == []
    await place.close()


async def test_a_full_line_sends_callers_where_the_business_wants_them() -> None:
    place = Place(slots=0, max_waiting=0, overflow="workshop")
    to_people = on.LineLeft("line-full", Leaving.FOR_MESSAGE, "workshop")
    assert await place.arrives("anna") == [to_people]
    assert place.control.asked == [("answer", "anna")], "music is the queue's"
    await place.close()


async def test_who_waited_for_an_agent_that_is_gone_keeps_the_place() -> None:
    place = Place(slots=0, max_waiting=1)
    now = place.outside.services().clock.at()
    await place.arrives("ben")
    await place.arrives("carl", since=now - timedelta(seconds=60))
    assert place.told["carl"] == [], "the line is full, but not for carl"
    assert await place.lines.position(place.queue, CallId("carl")) == 1
    assert place.control.in_line == {"ben", "carl"}
    place.slots.count = 1
    await place.goes("anna")
    assert place.told["carl"] == [on.Admitted()]
    assert place.control.in_line == {"ben"}
    await place.close()


@pytest.mark.parametrize("queues", [(), ({"name": "other", "max_waiting": 0},)])
async def test_who_waits_in_a_queue_that_is_gone_or_changed_comes_in_before_those_of_the_new(
    place: Place, queues: tuple[dict[str, Any], ...]
) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.arrives("carl")
    place.business = Business.model_validate({**CONTENT, "queues": list(queues)})
    for gone, comes in (("anna", "ben"), ("ben", "carl")):
        await place.goes(gone)
        assert place.told[comes] == [on.Admitted()]
    assert place.slots.held == {"carl"}


async def test_who_comes_to_a_new_queue_stands_behind_those_of_the_old(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    place.business = Business.model_validate({**CONTENT, "queues": [{"name": "other"}]})
    await place.arrives("carl")
    await place.goes("anna")
    assert (place.told["ben"], place.told["carl"]) == ([on.Admitted()], [])
    await place.goes("ben")
    assert place.told["carl"] == [on.Admitted()]


async def test_a_line_that_redis_lost_is_made_anew_by_the_agents(place: Place) -> None:
    await place.arrives("anna")
    await place.arrives("ben")
    await place.arrives("carl")
    place.lines.forget_everything()
    await asyncio.sleep(3)
    assert await place.lines.position(place.queue, CallId("ben")) == 1
    assert await place.lines.position(place.queue, CallId("carl")) == 2


async def test_nobody_new_talks_while_the_workers_cannot_serve_and_all_do_afterwards(
    place: Place,
) -> None:
    place.step = LINE_AND_CALLBACKS
    assert await place.arrives("anna") == []
    await asyncio.sleep(3 * LOOK_AGAIN_S)
    assert (place.told["anna"], place.slots.held) == ([], set())
    place.step = LINE_AND_CALLBACKS - 1
    await asyncio.sleep(2 * LOOK_AGAIN_S)
    assert place.told["anna"] == [on.Admitted()]


async def test_people_alone_serve_whoever_comes_and_redis_is_not_asked(place: Place) -> None:
    place.step = PEOPLE_ONLY
    place.lines.before = place.lines.waiting = None  # type: ignore[assignment, method-assign]
    assert await place.arrives("anna") == [on.LineLeft("people-only", Leaving.TURNED_AWAY)]
    assert place.slots.held == set()
