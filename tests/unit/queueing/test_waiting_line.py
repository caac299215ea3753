from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voicebot.calls.model import CallId
from voicebot.queueing.model import Place, Rank
from voicebot.queueing.waiting_line import Ticket, WaitingLine

ANNA, BEN, CARL = CallId("anna"), CallId("ben"), CallId("carl")


def line_of(*call_ids: CallId) -> WaitingLine:
    line = WaitingLine(ticket_lease_s=10, claim_lease_s=1)
    for arrived, call_id in enumerate(call_ids):
        line.join(call_id, Rank.REGULAR, float(arrived), holder="a1", now_s=0.0)
    return line


def test_callers_stand_in_order_of_arrival() -> None:
    line = line_of(ANNA, BEN)
    assert (line.position(ANNA), line.position(BEN), line.position(CARL)) == (1, 2, None)


def test_who_joined_later_but_arrived_earlier_stands_before() -> None:
    line = line_of(ANNA, BEN)
    line.join(CARL, Rank.REGULAR, -5.0, holder="a1", now_s=1.0)
    assert line.position(CARL) == 1


def test_a_better_rank_stands_before_all_others() -> None:
    line = line_of(ANNA, BEN)
    line.join(CARL, Rank.VIP, 50.0, holder="a1", now_s=1.0)
    assert line.position(CARL) == 1
    assert line.before(Place(Rank.VIP, 51.0, 0)) == 1
    assert line.before(Place(Rank.REGULAR, 51.0, 0)) == 3


def test_joining_twice_keeps_the_place() -> None:
    line = line_of(ANNA, BEN)
    first = line.join(ANNA, Rank.REGULAR, 99.0, holder="a2", now_s=1.0)
    assert first == Place(Rank.REGULAR, 0.0, 1)
    assert len(line) == 2


def test_a_line_that_was_lost_is_made_again_of_its_tickets() -> None:
    before = line_of(ANNA, BEN, CARL)
    places = {who: before.join(who, Rank.REGULAR, 0, holder="", now_s=0) for who in (CARL, ANNA)}
    after = WaitingLine()
    for who, place in places.items():
        after.renew(Ticket(place, who, "a1"), 100.0)
    new = after.join(BEN, Rank.REGULAR, 200.0, holder="a1", now_s=100.0)
    assert (after.position(ANNA), after.position(CARL), after.position(BEN)) == (1, 2, 3)
    assert new.number > max(place.number for place in places.values())


def test_who_was_moved_up_stays_there_when_the_old_ticket_is_shown() -> None:
    line = line_of(ANNA, BEN)
    old = Ticket(Place(Rank.REGULAR, 1.0, 2), BEN, "a1")
    assert line.rank_as(BEN, Rank.VIP) == Place(Rank.VIP, 1.0, 2)
    assert line.renew(old, 1.0) == Place(Rank.VIP, 1.0, 2)
    assert line.position(BEN) == 1


def test_who_does_not_wait_cannot_be_moved() -> None:
    assert line_of(ANNA).rank_as(BEN, Rank.VIP) is None


def test_a_ticket_that_nobody_renews_lapses() -> None:
    line = line_of(ANNA, BEN)
    line.join(BEN, Rank.REGULAR, 1.0, holder="a1", now_s=5.0)
    assert list(line.drop_lapsed(10.0)) == [ANNA]
    assert line.position(BEN) == 1


def test_the_head_is_claimed_by_its_holder_alone() -> None:
    line = line_of(ANNA, BEN)
    assert line.claim("a2", 0.0) is None
    claimed = line.claim("a1", 0.0)
    assert claimed is not None
    assert claimed.call_id == ANNA


def test_while_one_is_being_admitted_nobody_else_is() -> None:
    line = line_of(ANNA, BEN)
    assert line.claim(None, 0.0) is not None
    line.join(CARL, Rank.VIP, 9.0, holder="a1", now_s=0.5)
    assert line.claim(None, 0.9) is None
    line.leave(ANNA)
    claimed = line.claim(None, 0.9)
    assert claimed is not None
    assert claimed.call_id == CARL


def test_an_admitter_that_dies_loses_nobody() -> None:
    line = line_of(ANNA, BEN)
    line.claim(None, 0.0)
    again = line.claim(None, 1.0)
    assert again is not None
    assert again.call_id == ANNA


def test_who_is_given_back_may_be_claimed_at_once() -> None:
    line = line_of(ANNA, BEN)
    line.claim(None, 0.0)
    line.give_back(BEN)
    assert line.claim(None, 0.1) is None
    line.give_back(ANNA)
    assert line.claim(None, 0.1) is not None


def test_leaving_twice_does_no_harm() -> None:
    line = line_of(ANNA)
    assert line.leave(ANNA)
    assert not line.leave(ANNA)
    assert line.claim(None, 0.0) is None
    assert ANNA not in line


callers = st.sampled_from([CallId(f"call-{number}") for number in range(6)])


class LineMachine(RuleBasedStateMachine):
    """The line against a dictionary that is sorted anew for every question."""

    def __init__(self) -> None:
        super().__init__()
        self.line = WaitingLine(ticket_lease_s=10, claim_lease_s=1)
        self.places: dict[CallId, Place] = {}
        self.ends: dict[CallId, float] = {}
        self.now_s = 0.0

    @rule(who=callers, rank=st.sampled_from(Rank), arrived_s=st.integers(0, 5))
    def join(self, who: CallId, rank: Rank, arrived_s: int) -> None:
        place = self.line.join(who, rank, float(arrived_s), holder="a", now_s=self.now_s)
        assert self.places.setdefault(who, place) == place
        self.ends[who] = self.now_s + 10

    @rule(who=callers)
    def leave(self, who: CallId) -> None:
        assert self.line.leave(who) is (self.places.pop(who, None) is not None)

    @rule(who=callers, rank=st.sampled_from(Rank))
    def rank_as(self, who: CallId, rank: Rank) -> None:
        place = self.line.rank_as(who, rank)
        assert (place is None) is (who not in self.places)
        if place is not None:
            assert place.arrived_at_s == self.places[who].arrived_at_s
            self.places[who] = place

    @rule(seconds=st.sampled_from([0.5, 1.0, 6.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.now_s += seconds
        gone = {who for who in self.places if self.ends[who] <= self.now_s}
        assert set(self.line.drop_lapsed(self.now_s)) == gone
        for who in gone:
            del self.places[who]

    @rule()
    def admit_the_next(self) -> None:
        claimed = self.line.claim(None, self.now_s)
        if claimed is not None:
            assert claimed.place == min(self.places.values())
            assert not self.line.claim(None, self.now_s)
            self.leave(claimed.call_id)

    @invariant()
    def everybody_stands_where_the_place_says(self) -> None:
        order = sorted(self.places, key=lambda who: self.places[who])
        assert [self.line.position(who) for who in order] == list(range(1, len(order) + 1))
        assert len({place.number for place in self.places.values()}) == len(order)
        assert [self.line.before(self.places[who]) for who in order] == list(range(len(order)))


TestLineMachine = LineMachine.TestCase
