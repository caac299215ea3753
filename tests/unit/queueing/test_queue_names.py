"""What queues are called among all that share slots."""

from tests.unit.queueing.owed import shop
from voicebot.queueing.queue_names import KnownQueues, queue_name, queue_names


def test_queues_of_the_same_name_differ_by_their_business() -> None:
    first = shop(queues=[{"name": "main"}])
    second = shop(queues=[{"name": "main"}], dids=["+12025550999"])
    assert queue_name(first, first.queues[0]) != queue_name(second, second.queues[0])


def test_a_business_with_several_desks_has_each_queue_once() -> None:
    one = shop(queues=[{"name": "main"}, {"name": "sales", "dids": ["+12025550100"]}])
    assert queue_names([one, one]) == [queue_name(one, settings) for settings in one.queues]


def test_a_queue_that_a_business_has_no_longer_stays_known() -> None:
    before, now = shop(queues=[{"name": "main"}]), shop(queues=[{"name": "office"}])
    known = KnownQueues()
    assert list(known.with_those_of([before])) == queue_names([before])
    both = [*queue_names([before]), *queue_names([now])]
    assert list(known.with_those_of([now])) == both
    assert list(known.with_those_of([now, before])) == both
