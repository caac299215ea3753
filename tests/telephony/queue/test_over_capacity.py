"""More callers than there are slots: one talks, the others wait, hear the truth, and are let in."""

from contextlib import ExitStack

from redis import Redis

from tests.polling import until
from tests.telephony.queue.conftest import SHOP
from tests.telephony.service.caller import Caller, hears_all
from tests.telephony.service.running import Service
from tests.telephony.service.test_agents_that_die import frozen
from voicebot.calls.transitions import CallState
from voicebot.capacity.slots import Occupancy
from voicebot.dialogue.queue_settings import QueuePhrases
from voicebot.shared_state import keys

SAID = QueuePhrases()
LIMIT_S = 40


def waits(caller: Caller) -> bool:
    context = caller.context
    return context is not None and context.state is CallState.WAITING


def occupancy(full: Service) -> Occupancy:
    held_key, _, _, capacity_key, _ = keys.slots()
    with Redis.from_url(full.stack.settings.redis_url, decode_responses=True) as redis:
        return Occupancy(redis.zcard(held_key), int(redis.get(capacity_key) or 0))


def test_who_rings_second_waits_to_music_hears_the_position_and_then_talks(full: Service) -> None:
    with full.calling(SHOP) as first:
        first.is_answered("greeting")
        with full.calling(SHOP) as second:
            until(lambda: waits(second), "the second waits", LIMIT_S)
            second.hears_sound()
            with full.calling(SHOP) as third:
                until(lambda: waits(third), "the third waits", LIMIT_S)
                first.says("What are your opening hours?")
                first.is_answered("hours")
                third.keeps("wait")
                third.hangs_up()
            second.keeps("wait")
            first.hangs_up()
            second.is_answered("greeting")
            second.says("What is your address?")
            second.is_answered("place")
            second.hangs_up()
            heard, thirds = second.words(), third.words()
    assert hears_all(heard["wait"], SAID.next_in_line), heard
    assert hears_all(thirds["wait"], "You are number 2 in line."), thirds
    assert hears_all(heard["greeting"], full.business("shop").opening), heard
    for caller in (first, second, third):
        assert full.record_of(caller).facts.caller_number.endswith(caller.number)


def test_nobody_is_let_in_while_a_stage_has_no_worker_and_all_are_when_it_is_back(
    full: Service,
) -> None:
    with ExitStack() as opened:
        first = opened.enter_context(full.calling(SHOP))
        first.is_answered("greeting")
        waiting = opened.enter_context(full.calling(SHOP))
        until(lambda: waits(waiting), "the second waits", LIMIT_S)
        with frozen(full.pid_of("worker-stt")):
            until(lambda: occupancy(full).capacity == 0, "there is no slot", LIMIT_S)
            first.hangs_up()
            until(lambda: occupancy(full).held == 0, "none is held", LIMIT_S)
            assert waits(waiting)
        waiting.is_answered("greeting")
        waiting.hangs_up()
