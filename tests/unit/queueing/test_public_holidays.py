"""The days on which countries rest."""

from datetime import date

from voicebot.queueing.public_holidays import holidays_among

THANKSGIVING, CHRISTMAS, PLAIN = date(2026, 11, 26), date(2026, 12, 25), date(2026, 11, 24)


def test_each_country_has_its_own() -> None:
    days = (PLAIN, THANKSGIVING, CHRISTMAS)
    assert holidays_among(days, "US") == (THANKSGIVING, CHRISTMAS)
    assert holidays_among(days, "DE") == (CHRISTMAS,)


def test_a_country_that_nobody_knows_has_none() -> None:
    assert holidays_among((CHRISTMAS,), "ZZ") == ()


def test_days_of_two_years_are_looked_up_in_both() -> None:
    assert holidays_among((CHRISTMAS, date(2027, 1, 1)), "US") == (CHRISTMAS, date(2027, 1, 1))
