from voicebot.queueing.model import Place, QueueName, Rank
from voicebot.simulation.played_line import PlayedLine

ORDERS, QUESTIONS = QueueName("orders"), QueueName("questions")


def _place(number: int, rank: Rank = Rank.REGULAR) -> Place:
    return Place(rank, float(number), number)


def _line() -> PlayedLine:
    line = PlayedLine([ORDERS, QUESTIONS])
    line.join(0, _place(1), 1.0)
    line.join(1, _place(2), 2.0)
    line.join(1, _place(3, Rank.VIP), 3.0)
    return line


def test_the_first_of_all_queues_is_next() -> None:
    line = _line()
    order = []
    while (head := line.head(4.0)) is not None:
        order.append(head.number)
        assert line.leave(head.number)
    assert order == [3, 1, 2]
    assert not line.leave(1)


def test_who_comes_before_is_told_by_queue() -> None:
    ahead = _line().before(_place(9))
    assert ahead.by_queue == [(ORDERS, 1), (QUESTIONS, 2)]
    assert ahead.total == 3


def test_it_knows_who_waits() -> None:
    line = _line()
    assert len(line) == 3
    assert 2 in line
    assert 7 not in line
