from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voicebot.calls.model import Direction, Outcome
from voicebot.costs.budgets import (
    AlertKey,
    Budget,
    Per,
    alerts_due,
    period_of,
    watched_days,
    watched_periods,
)
from voicebot.costs.conversation_type import Answered
from voicebot.costs.prices import PriceList, Prices
from voicebot.costs.spending import spendings
from voicebot.costs.usage import CallUsage
from voicebot.costs.used_calls import UsedCalls

DAY = date(2026, 11, 24)
days = st.dates(date(2000, 2, 1), date(2190, 1, 1))
money = st.decimals(0, 1_000, places=2)
thresholds = st.lists(st.integers(1, 300), min_size=1, max_size=5, unique=True).map(
    lambda found: tuple(sorted(found))
)
budgets = st.builds(
    Budget,
    name=st.just("all"),
    valid_from=st.just(date(2000, 1, 1)),
    per=st.sampled_from(Per),
    amount=st.decimals("0.01", 500, places=2),
    tell_at_percent=thresholds,
)


def a_budget(**values: object) -> Budget:
    return Budget.model_validate(
        {"name": "all", "valid_from": "2026-01-01", "per": "month", "amount": 10} | values
    )


def minutes(spent: str, day: date = DAY, queue: str = "") -> UsedCalls:
    """Calls that cost so much at one a minute."""
    usage = CallUsage(float(spent) * 60)
    return UsedCalls(
        day, "1000", queue, "Bikes", Direction.INBOUND, Outcome.RESOLVED, Answered.FACT, 1, usage
    )


def prices(*budgets: Budget, minute: int = 1) -> Prices:
    sheet = PriceList(valid_from=date(2026, 1, 1), trunk_minute_inbound=Decimal(minute))
    return Prices(currency="EUR", lists=(sheet,), budgets=budgets)


@given(budgets, days, st.lists(money, max_size=20))
def test_each_threshold_is_told_once_in_a_period_however_sums_go_up_and_down(
    budget: Budget, day: date, sums: list[Decimal]
) -> None:
    period, told = period_of(budget.per, day), Counter[AlertKey]()
    for spent in sums:
        told.update(one.key for one in alerts_due(budget, period, spent, "EUR", told))
    assert set(told.values()) <= {1}
    # None is lost: what any of the sums reached has been told.
    most = max(sums, default=Decimal(0))
    reached = {one for one in budget.tell_at_percent if most * 100 >= budget.amount * one}
    assert {one.percent for one in told} == reached


@given(budgets, days, money, st.sets(st.integers(0, 5)))
def test_what_one_process_did_not_get_to_is_told_by_the_next(
    budget: Budget, day: date, spent: Decimal, done: set[int]
) -> None:
    period = period_of(budget.per, day)
    due = alerts_due(budget, period, spent, "EUR", ())
    kept = {one.key for number, one in enumerate(due) if number in done}
    again = alerts_due(budget, period, spent, "EUR", kept)
    assert {one.key for one in again} | kept == {one.key for one in due}
    assert not {one.key for one in again} & kept


@given(st.sampled_from(Per), days)
def test_a_period_holds_its_day_and_the_next_one_begins_where_it_ends(per: Per, day: date) -> None:
    period = period_of(per, day)
    assert day in period
    assert period_of(per, period.end).first == period.end
    assert period_of(per, period.end - timedelta(days=1)) == period


@given(budgets, days)
def test_the_day_itself_and_all_days_of_what_is_watched_are_known(
    budget: Budget, today: date
) -> None:
    known = set(watched_days([budget], today))
    periods = watched_periods(budget, today)
    assert today in known
    assert len(periods) == 2
    for period in periods:
        length = (period.end - period.first).days
        inside = {period.first + timedelta(days=one) for one in range(length)}
        assert {one for one in inside if one <= today} <= known


def test_a_budget_is_not_looked_at_in_periods_before_it() -> None:
    budget = a_budget(valid_from="2026-11-20")
    assert [one.first for one in watched_periods(budget, DAY)] == [date(2026, 11, 1)]
    assert watched_days([a_budget(valid_from="2027-01-01")], DAY) == []
    assert watched_days([], DAY) == []


def test_spending_is_that_of_its_period_and_queue() -> None:
    months, desk = a_budget(), a_budget(name="desk", per="day", queue="desk@1000")
    found = [
        minutes("3"),
        minutes("4", DAY.replace(day=1)),
        minutes("5", DAY.replace(month=10)),
        minutes("2", queue="desk@1000"),
        minutes("1", DAY - timedelta(days=1), "desk@1000"),
    ]
    spent = spendings(prices(months, desk), found, DAY)
    assert [(one.budget.name, one.period.first.isoformat(), int(one.spent)) for one in spent] == [
        ("all", "2026-10-01", 5),
        ("all", "2026-11-01", 10),
        ("desk", "2026-11-23", 1),
        ("desk", "2026-11-24", 2),
    ]
    assert spent[1].share == 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=10))
def test_prices_that_are_mended_never_tell_twice_and_never_lose(minute_prices: list[int]) -> None:
    told: Counter[AlertKey] = Counter()
    budget = a_budget(amount=4)
    for minute in minute_prices:
        for one in spendings(prices(budget, minute=minute), [minutes("1")], DAY):
            due = alerts_due(one.budget, one.period, one.spent, "EUR", told)
            told.update(alert.key for alert in due)
    assert set(told.values()) <= {1}
    assert {one.percent for one in told} == (set() if max(minute_prices) < 4 else {80, 100})


@pytest.mark.parametrize(
    "fault",
    [
        {"amount": 0},
        {"amount": -1},
        {"tell_at_percent": []},
        {"tell_at_percent": [100, 80]},
        {"tell_at_percent": [80, 80]},
        {"tell_at_percent": [0]},
        {"name": "Naïve name"},
        {"name": "a.b"},
        {"name": "all\n"},
        {"per": "week"},
        {"queue": ""},
        {"limit": 3},
    ],
)
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_budget(**fault)


def test_two_budgets_do_not_share_a_name() -> None:
    with pytest.raises(ValidationError, match="a name of its own"):
        prices(a_budget(), a_budget(per="day"))
