"""Whoever waits goes on waiting, whichever process is gone: an agent, or Redis with a long line."""

import os
import signal
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.polling import until
from tests.stack_fixture import free_ports
from tests.telephony import sipp
from tests.telephony.accounting import Accounts
from tests.telephony.queue.conftest import SHOP
from tests.telephony.queue.test_over_capacity import waits
from tests.telephony.service.caller import Caller, hears_all
from tests.telephony.service.running import Service
from tests.telephony.service.test_agents_that_die import frozen
from voicebot.queueing.queue_names import queue_name
from voicebot.shared_state import keys

LIMIT_S = 40
# With who talks, as many as a node of two cores takes.
CROWD, PER_S, CROWD_CALLER = 199, 20, "20255"
# Asterisk hangs up on whoever sends no audio for 30 s.
STAY_MS = 28_000
SCENARIO = Path(__file__).parent / "uac-waits-and-hangs-up-expect-200.xml"


def line(full: Service) -> Sequence[str]:
    """The callers' ids in their order; none while Redis is away."""
    business = full.business("shop")
    order = keys.line(queue_name(business, business.queues[0]))[0]
    try:
        with Redis.from_url(full.stack.settings.redis_url, decode_responses=True) as redis:
            return [str(member).partition(":")[2] for member in redis.zrange(order, 0, -1)]
    except RedisError:
        return []


def taken_s(caller: Caller) -> float:
    """When the call was saved last, since it began."""
    context = caller.context
    return 0.0 if context is None else context.taken_s


def _is_another(full: Service, killed: int) -> bool:
    """Whether Redis runs, and is not the one that was killed."""
    [redis] = [one for one in full.stack.status() if one.name == "redis"]
    return redis.pid not in (None, killed)


def test_who_waits_is_taken_over_in_order_when_the_agent_is_killed(full: Service) -> None:
    with ExitStack() as opened:
        with frozen(full.pid_of("agent-1")):
            first = opened.enter_context(full.calling(SHOP))
            until(lambda: first.context is not None, "the first is taken", LIMIT_S)
        first.is_answered("greeting")
        waiting = []
        with frozen(full.pid_of("agent-2")):
            for _ in range(3):
                waiting.append(opened.enter_context(full.calling(SHOP)))
                until(lambda: waits(waiting[-1]), "one more waits", LIMIT_S)
        before, saved = line(full), [taken_s(one) for one in waiting]
        assert {one.agent for one in waiting} != {first.agent}
        os.kill(full.pid_of("agent-1"), signal.SIGKILL)
        until(
            # With the other, or with the killed one's successor, which has its name.
            lambda: (
                all(waits(one) for one in waiting)
                and all(taken_s(one) > was for one, was in zip(waiting, saved, strict=True))
            ),
            lambda: f"all are taken over: {[one.context for one in waiting]}",
            LIMIT_S,
        )
        # Their tickets may have lapsed meanwhile; then they stand there by their arrival.
        until(lambda: line(full) == before, lambda: f"in order again: {line(full)}", LIMIT_S)
        for number, caller in enumerate(waiting):
            (first if number == 0 else waiting[number - 1]).hangs_up()
            caller.is_answered("greeting")
            assert all(waits(later) for later in waiting[number + 1 :])
        waiting[-1].hangs_up()
        heard = [caller.words()["greeting"] for caller in waiting]
    assert all(hears_all(each, full.business("shop").opening) for each in heard), heard


def test_two_hundred_keep_their_places_when_redis_is_killed(
    full: Service, accounts: Accounts, tmp_path: Path
) -> None:
    # Twenty hang up each second, which is more than is kept at once on a machine that holds all.
    accounts.excused |= {f"{CROWD_CALLER}{number}" for number in range(1, CROWD + 1)}
    sip_port, audio_port = free_ports(2, socket.SOCK_DGRAM)
    with full.calling(SHOP) as first:
        first.is_answered("greeting")
        with sipp.playing(
            SCENARIO,
            *("-s", SHOP, "-key", "caller", CROWD_CALLER, "-r", str(PER_S), "-d", str(STAY_MS)),
            server=f"127.0.0.1:{full.stack.settings.sip_port}",
            sip_port=sip_port,
            audio_port=audio_port,
            messages=tmp_path / "messages.log",
            limit_s=60,
            calls=CROWD,
        ) as crowd:
            until(lambda: len(line(full)) == CROWD, lambda: f"{len(line(full))} wait", 20)
            before = line(full)
            killed = full.pid_of("redis")
            os.kill(killed, signal.SIGKILL)
            until(lambda: _is_another(full, killed), "Redis is started again", 15)
            until(lambda: line(full) == before, lambda: f"{len(line(full))} wait again", 15)
            # And whoever talks is answered.
            first.says("What are your opening hours?")
            first.is_answered("hours")
            # Nobody was hung up on: all stay until they hang up themselves.
            assert sipp.is_played_to_its_end(crowd, 60)
        until(lambda: not line(full), "the line is empty", LIMIT_S)
    assert full.record_of(first).turns, "whoever talked is on record, too"
