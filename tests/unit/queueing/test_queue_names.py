"""What queues are called among all that share slots."""

from tests.unit.queueing.owed import shop
from voicebot.queueing.queue_names import queue_name, queue_names


def test_queues_of_the_same_name_differ_by_their_business() -> None:
    first = shop(queues=[{"name": "main"}])
    second = shop(queues=[{"name": "main"}], dids=["+12025550999"])
    assert queue_name(first, first.queues[0]) != queue_name(second, second.queues[0])


def test_a_business_with_several_desks_has_each_queue_once() -> None:
    one = shop(queues=[{"name": "main"}, {"name": "sales", "dids": ["+12025550100"]}])
    assert queue_names([one, one]) == [queue_name(one, settings) for settings in one.queues]
