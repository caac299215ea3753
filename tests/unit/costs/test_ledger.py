from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voicebot.costs.ledger import Cost, Sum, cost_of, summed
from voicebot.costs.prices import PriceList, Prices
from voicebot.costs.usage import CallUsage, WorkUsage
from voicebot.errors import ConfigurationError
from voicebot.prices_file import load_prices
from voicebot.settings import PROJECT_DIR

DAY = date(2026, 11, 23)
amounts = st.integers(0, 10**9)
works = st.builds(WorkUsage, *[amounts] * len(WorkUsage.__dataclass_fields__))
usages = st.builds(
    CallUsage,
    st.floats(0, 1e6),
    st.booleans(),
    st.dictionaries(st.sampled_from(["stt", "llm", "llm.large", "tts"]), works),
)
prices = st.decimals(0, 1000, places=4)
lists = st.builds(
    PriceList,
    valid_from=st.just(DAY),
    trunk_minute_inbound=prices,
    trunk_minute_outbound=prices,
    speech_minute=prices,
    spoken_1000_characters=prices,
    million_prompt_tokens=prices,
    million_reply_tokens=prices,
    cpu_hour=prices,
    gpu_hour=prices,
    worker_hour=st.dictionaries(st.sampled_from(["stt", "llm", "llm.large", "tts"]), prices),
)


def test_a_call_costs_its_amounts_by_their_prices() -> None:
    usage = CallUsage(
        90.0,
        works={
            "stt": WorkUsage(4, 2_000, 30_000),
            "llm.large": WorkUsage(2, 36_000, prompt_tokens=900, reply_tokens=50),
            "tts": WorkUsage(3, 1_000, 0, 500),
        },
    )
    sheet = PriceList(
        valid_from=DAY,
        trunk_minute_inbound=Decimal("0.01"),
        trunk_minute_outbound=Decimal(1),
        speech_minute=Decimal("0.02"),
        spoken_1000_characters=Decimal("0.03"),
        million_prompt_tokens=Decimal(10),
        million_reply_tokens=Decimal(20),
        worker_hour={"llm": Decimal(2)},
    )
    assert cost_of(usage, sheet) == Cost(
        Decimal("0.015"), Decimal("0.01"), Decimal("0.015"), Decimal("0.02"), Decimal("0.01")
    )
    assert cost_of(usage, sheet).total == Decimal("0.07")


def test_processors_and_gpus_are_paid_by_what_was_taken_of_them() -> None:
    sheet = PriceList(valid_from=DAY, cpu_hour=Decimal("0.36"), gpu_hour=Decimal("3.6"))
    works = {"llm": WorkUsage(1, 90_000, cpu_ms=50_000, gpu_ms=20_000), "stt": WorkUsage(1, 10)}
    assert cost_of(CallUsage(0.0, works=works), sheet).workers == Decimal("0.025")


@given(usages, lists)
def test_no_cost_is_negative_and_what_is_twice_as_much_costs_twice_as_much(
    usage: CallUsage, sheet: PriceList
) -> None:
    once = cost_of(usage, sheet)
    assert min(once.trunk, once.recognition, once.synthesis, once.workers, once.model) >= 0
    twice = CallUsage(
        usage.trunk_s * 2, usage.is_outbound, {q: one + one for q, one in usage.works.items()}
    )
    assert abs(cost_of(twice, sheet).total - 2 * once.total) <= Decimal("1e-6") * (1 + once.total)
    assert cost_of(usage, None) == Cost()


@given(st.lists(st.tuples(st.sampled_from("ab"), usages, st.booleans())), lists)
def test_the_parts_make_the_whole(
    calls: list[tuple[str, CallUsage, bool]], sheet: PriceList
) -> None:
    priced = [(key, Sum(1, int(helped), cost_of(usage, sheet))) for key, usage, helped in calls]
    by_key = summed(priced)
    whole = summed((None, one) for _, one in priced).get(None, Sum())
    assert sum(one.calls for one in by_key.values()) == whole.calls == len(calls)
    assert sum(one.resolved for one in by_key.values()) == whole.resolved
    difference = sum((one.cost.total for one in by_key.values()), Decimal(0)) - whole.cost.total
    assert abs(difference) <= Decimal("1e-6") * (1 + whole.cost.total)
    if whole.per_resolved is not None:
        assert whole.per_resolved >= whole.per_call >= 0


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8, unique=True), st.integers(0, 1100))
def test_a_day_has_the_latest_list_that_was_valid(starts: list[int], ago: int) -> None:
    days = sorted(DAY - timedelta(days=one) for one in starts)
    known = Prices(currency="EUR", lists=tuple(PriceList(valid_from=day) for day in days))
    day = DAY - timedelta(days=ago)
    found = known.on(day)
    earlier = [one for one in days if one <= day]
    assert (None if found is None else found.valid_from) == (earlier[-1] if earlier else None)


def test_lists_stand_in_order() -> None:
    with pytest.raises(ValidationError, match="later day"):
        Prices(currency="EUR", lists=(PriceList(valid_from=DAY), PriceList(valid_from=DAY)))


def test_the_example_can_be_read_and_a_fault_is_named_with_its_line(tmp_path: Path) -> None:
    assert load_prices(PROJECT_DIR / "config" / "prices.yaml").currency == "EUR"
    path = tmp_path / "prices.yaml"
    path.write_text("currency: EUR\nlists:\n  - valid_from: 2026-01-01\n    speech_minute: -1\n")
    with pytest.raises(ConfigurationError, match=r"line 4: lists\.0\.speech_minute"):
        load_prices(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_prices(tmp_path / "none.yaml")
