from voicebot.queueing.model import Place, Rank


def test_a_better_rank_goes_before_an_earlier_arrival() -> None:
    assert Place(Rank.VIP, 200.0, 2) < Place(Rank.REGULAR, 100.0, 1)
    assert Place(Rank.DROPPED, 200.0, 2) < Place(Rank.VIP, 100.0, 1)


def test_within_a_rank_the_earlier_arrival_goes_first() -> None:
    assert Place(Rank.REGULAR, 100.0, 2) < Place(Rank.REGULAR, 100.5, 1)


def test_the_ticket_decides_between_those_who_arrived_at_once() -> None:
    assert Place(Rank.REGULAR, 100.0, 1) < Place(Rank.REGULAR, 100.0, 2)
