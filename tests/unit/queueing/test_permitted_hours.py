"""When somebody may be rung: in every zone, while the business is open, on no holiday."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.calls.outbound_rules import Destination, Refused, refusal_now
from voicebot.dialogue.business_parts import Hours, Interval, Weekday
from voicebot.dialogue.outbound import Outbound
from voicebot.queueing.permitted_hours import HORIZON, permitted
from voicebot.queueing.time_spans import next_instant

RULES = Outbound.model_validate({"greeting": "The machine of the shop."})
SHOP = Hours(time_zone="America/New_York", week={"mon": ("10:00-16:00",), "tue": ("12:00-15:00",)})
NEW_YORK = Destination("+12025550123", "US", ("America/New_York",))
TOLL_FREE = Destination("+18005550123", "US", ("America/New_York", "Pacific/Honolulu"))
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)  # still Sunday evening in New York
ALWAYS: dict[Weekday, tuple[Interval, ...]] = dict.fromkeys(
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("00:00-24:00",)
)

_instants = st.integers(0, int(HORIZON.total_seconds()) - 1).map(
    lambda second: MONDAY + timedelta(seconds=second)
)
_starts = st.integers(0, 2 * 365 * 24 * 3600).map(lambda second: MONDAY + timedelta(seconds=second))


@settings(max_examples=40, deadline=None)
@given(_starts, st.lists(st.integers(0, 13 * 24 * 60), max_size=30))
def test_it_rings_only_when_the_rules_for_all_placed_calls_allow_it(
    at: datetime, minutes: list[int]
) -> None:
    spans = permitted(at, TOLL_FREE, RULES.hours, None, rings_on_holidays=True)
    for minute in minutes:
        when = at + timedelta(minutes=minute)
        is_refused = isinstance(refusal_now(TOLL_FREE, RULES, when), Refused)
        assert any(span.has(when) for span in spans) != is_refused


@given(_instants)
def test_it_rings_only_while_the_business_is_open(when: datetime) -> None:
    spans = permitted(MONDAY, NEW_YORK, ALWAYS, SHOP, rings_on_holidays=True)
    assert any(span.has(when) for span in spans) == SHOP.are_open(when)


def test_a_number_that_may_be_in_two_zones_is_rung_when_it_is_day_in_both() -> None:
    first = next_instant(MONDAY, permitted(MONDAY, TOLL_FREE, RULES.hours, None))
    assert first == datetime(2026, 11, 23, 19, tzinfo=UTC)  # 14:00 in New York, 09:00 in Honolulu


def test_nobody_is_rung_on_a_public_holiday_unless_the_business_says_so() -> None:
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)
    spans = permitted(thanksgiving, NEW_YORK, RULES.hours, None)
    assert next_instant(thanksgiving, spans) == datetime(2026, 11, 27, 14, tzinfo=UTC)
    spans = permitted(thanksgiving, NEW_YORK, RULES.hours, None, rings_on_holidays=True)
    assert next_instant(thanksgiving, spans) == thanksgiving


def test_where_nobody_knows_the_time_no_time_is_good() -> None:
    for zones in ((), ("Etc/Unknown",), ("Mars/Olympus",)):
        assert permitted(MONDAY, Destination("+1", "US", zones), ALWAYS, None) == ()


def test_whoever_may_be_rung_at_any_time_still_waits_for_the_business() -> None:
    assert next_instant(MONDAY, permitted(MONDAY, None, {}, None)) == MONDAY
    assert next_instant(MONDAY, permitted(MONDAY, None, {}, SHOP)) == datetime(
        2026, 11, 23, 15, tzinfo=UTC
    )
