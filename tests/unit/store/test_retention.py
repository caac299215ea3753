from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_calls import NOON
from voicebot.store.retention import IN_USE, SpoolFile, files_due, kept_since

ages = st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=400))


def aged(age: timedelta) -> SpoolFile:
    return SpoolFile(Path("a.wav"), NOON - age)


def is_due(age: timedelta, days: int) -> bool:
    return files_due([aged(age)], NOON, days) == [Path("a.wav")]


def test_calls_are_kept_for_whole_days() -> None:
    assert kept_since(NOON, 30) == NOON - timedelta(days=30)


@given(ages, st.integers(1, 365))
def test_a_file_is_due_exactly_when_it_is_older_than_the_retention(
    age: timedelta, days: int
) -> None:
    assert is_due(age, days) == (age > timedelta(days=days))


@given(ages, st.integers(0, 365), st.integers(0, 365))
def test_keeping_longer_never_deletes_more(age: timedelta, days: int, more_days: int) -> None:
    assert is_due(age, days) or not is_due(age, days + more_days)


@given(st.timedeltas(min_value=timedelta(0), max_value=IN_USE))
def test_a_file_in_use_stays_also_when_nothing_is_kept(age: timedelta) -> None:
    assert not is_due(age, 0)


def test_a_file_from_the_future_stays() -> None:
    future: datetime = NOON + timedelta(days=1)
    assert files_due([SpoolFile(Path("a.wav"), future)], NOON, 0) == []
