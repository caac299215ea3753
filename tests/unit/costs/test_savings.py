from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from voicebot.costs.prices import PriceList
from voicebot.costs.savings import (
    MEASURED_FROM,
    NOTHING,
    Answerer,
    MeasuredCall,
    Range,
    Saving,
    Spared,
    mean_cost,
    savings,
    total,
)
from voicebot.costs.usage import WorkUsage

PRICES = PriceList(
    valid_from=date(2026, 1, 1),
    million_prompt_tokens=Decimal(1),
    million_reply_tokens=Decimal(0),
    spoken_1000_characters=Decimal("0.5"),
)
costs = st.decimals(0, 10, places=4)
pairs = st.lists(st.tuples(costs, st.integers(0, 20)), max_size=40)


def asked(queue: str, tokens: int, *, small: int = 0, large: int = 0) -> MeasuredCall:
    works = {queue: WorkUsage(1, prompt_tokens=tokens), "tts": WorkUsage(1, characters=100)}
    return MeasuredCall(works, small, large)


def by_kind(found: list[Saving]) -> dict[Spared, Saving]:
    return {one.by: one for one in found}


@given(pairs)
def test_the_mean_lies_within_its_range_and_a_few_calls_tell_nothing(
    pairs: list[tuple[Decimal, int]],
) -> None:
    found = mean_cost(pairs)
    assert (found is None) == (sum(1 for _, units in pairs if units) < MEASURED_FROM)
    if found is not None:
        assert 0 <= found.low <= found.mean <= found.high
        spent = sum((cost for cost, _ in pairs), Decimal(0))
        units = sum(units for _, units in pairs)
        assert abs(found.mean * units - spent) < Decimal("1e-9")


@given(costs, st.integers(1, 9), st.integers(MEASURED_FROM, 30))
def test_calls_that_are_all_alike_leave_no_doubt(cost: Decimal, units: int, number: int) -> None:
    found = mean_cost([(cost * units, units)] * number)
    assert found is not None
    assert abs(found.high - found.low) < Decimal("1e-6")
    assert abs(found.mean - cost) < Decimal("1e-6")


def test_what_was_spared_is_set_against_what_models_took() -> None:
    measured = [asked("llm.small", 1_000, small=1), asked("llm.large", 9_000, large=1)] * 5
    turns = {Answerer.FACT: 10, Answerer.KEPT: 2, Answerer.SMALL: 5, Answerer.LARGE: 5}
    found = by_kind(list(savings(turns, 2_000, measured, PRICES)))
    fact, small, speech = found[Spared.FACT], found[Spared.SMALL], found[Spared.SPEECH]
    assert fact.saved is not None
    assert fact.saved.mean == Decimal("0.05")  # ten turns at a mean of 5,000 tokens
    assert fact.saved.low <= Decimal("0.01")  # each might have gone to the small one
    assert fact.saved.high >= Decimal("0.09")  # or to the large one
    assert small.saved is not None
    assert small.saved.mean == Decimal("0.04")
    assert speech.saved is not None
    assert speech.saved.mean == 1
    assert found[Spared.FIXED].saved == NOTHING
    known = total(found.values())
    assert known is not None
    assert known.mean == Decimal("1.1")


def test_what_cannot_be_measured_is_unknown_and_no_part_of_the_total() -> None:
    turns = {Answerer.FACT: 10, Answerer.SMALL: 3}
    found = by_kind(list(savings(turns, 0, [asked("llm.small", 1_000, small=1)] * 5, PRICES)))
    assert found[Spared.SMALL].saved is None  # no call has asked a large one
    assert found[Spared.FACT].saved is not None
    assert total(found.values()) == found[Spared.FACT].saved
    assert {one.saved for one in savings(turns, 5, [], PRICES)} == {None, NOTHING}
    assert total(savings(turns, 5, [], PRICES)) is None


def test_the_only_model_is_the_one_that_whatever_comes_goes_to() -> None:
    found = by_kind(
        list(savings({Answerer.FACT: 1}, 0, [asked("llm", 2_000, large=2)] * 5, PRICES))
    )
    saved = found[Spared.FACT].saved
    assert saved is not None
    assert saved.mean == Decimal("0.001")
    assert found[Spared.SMALL].each is None


def test_what_was_tried_in_vain_is_part_of_the_way() -> None:
    measured = [asked("llm", 1_000, small=1)] * 5 + [asked("llm", 1_000)] * 5
    saved = by_kind(list(savings({Answerer.KEPT: 1}, 0, measured, PRICES)))[Spared.KEPT].saved
    assert saved is not None
    assert saved.mean == Decimal("0.002")


def test_without_prices_nothing_is_saved() -> None:
    measured = [asked("llm", 1_000, small=1)] * 5
    found = savings({Answerer.FACT: 4}, 9, measured, None)
    assert total(found) == Range(Decimal(0), Decimal(0), Decimal(0))
