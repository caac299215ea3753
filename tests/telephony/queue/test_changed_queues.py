"""A queue is changed while people wait in it: nobody is lost, and the order stays."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import yaml
from redis import Redis

from tests.polling import until
from tests.telephony.queue.conftest import SHOP
from tests.telephony.queue.test_over_capacity import LIMIT_S, waits
from tests.telephony.service.caller import Caller
from tests.telephony.service.running import AGENTS, Service
from voicebot.queueing.model import QueueName
from voicebot.queueing.queue_names import queue_names
from voicebot.shared_state import keys

# What an agent logs.
TAKEN_UP = '"business.reloaded"'
OTHER = {"name": "office", "max_waiting": 1, "announce_every_s": 20}


@contextmanager
def changed(full: Service, queue: dict[str, object]) -> Iterator[tuple[QueueName, QueueName]]:
    """The shop has this queue instead inside the block; the names of the former and of this."""
    file = full.business_file("shop")
    text = file.read_text()
    [before] = queue_names([full.business("shop")])
    try:
        _has(full, yaml.safe_dump(yaml.safe_load(text) | {"queues": [queue]}))
        [now] = queue_names([full.business("shop")])
        yield before, now
    finally:
        _has(full, text)


def _has(full: Service, text: str) -> None:
    """Once every agent has taken it up."""
    logs = [full.stack.paths.log(agent) for agent in AGENTS]
    before = [log.read_text().count(TAKEN_UP) for log in logs]
    full.business_file("shop").write_text(text)
    until(
        lambda: all(
            log.read_text().count(TAKEN_UP) > count for log, count in zip(logs, before, strict=True)
        ),
        "the agents have taken it up",
        LIMIT_S,
    )


def waiting_in(full: Service, queue: QueueName) -> list[str]:
    """The callers' ids, in their order."""
    with Redis.from_url(full.stack.settings.redis_url, decode_responses=True) as redis:
        members = redis.zrange(keys.line(queue)[0], 0, -1)
    return [str(member).partition(":")[2] for member in members]


def test_who_waits_in_a_queue_that_is_another_now_goes_before_whoever_comes_later(
    full: Service,
) -> None:
    with ExitStack() as opened:

        def rings() -> Caller:
            caller = opened.enter_context(full.calling(SHOP))
            until(lambda: waits(caller), "one more waits", LIMIT_S)
            return caller

        first = opened.enter_context(full.calling(SHOP))
        first.is_answered("greeting")
        second, third = rings(), rings()
        with changed(full, OTHER) as (former, now):
            fourth = rings()
            lines = [[second.call_id, third.call_id], [fourth.call_id]]
            until(
                lambda: [waiting_in(full, former), waiting_in(full, now)] == lines,
                "they stand in their lines",
                LIMIT_S,
            )
            for leaves, comes, others in (
                (first, second, (third, fourth)),
                (second, third, (fourth,)),
                (third, fourth, ()),
            ):
                leaves.hangs_up()
                comes.is_answered("greeting")
                assert all(waits(other) for other in others)
            fourth.hangs_up()
        assert not waiting_in(full, former)
    for caller in (first, second, third, fourth):
        full.record_of(caller)
