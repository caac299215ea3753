from datetime import UTC, datetime

import pytest
from hypothesis import given
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from tests.fakes.sample_calls import NOON, times
from voicebot.store.tables import UtcDateTime, metadata

DIALECTS = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_time_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), dialect)


@given(times)
def test_a_time_comes_back_as_the_same_instant_in_utc(at: datetime) -> None:
    for dialect in DIALECTS:
        stored = UtcDateTime().process_bind_param(at, dialect)
        assert stored is not None
        for returned in (stored, stored.replace(tzinfo=None)):  # PostgreSQL's way, and SQLite's
            restored = UtcDateTime().process_result_value(returned, dialect)
            assert restored == at
            assert restored.tzinfo is UTC


def test_no_time_stays_none() -> None:
    assert UtcDateTime().process_bind_param(None, DIALECTS[0]) is None
    assert UtcDateTime().process_result_value(None, DIALECTS[0]) is None


def test_every_constraint_has_a_name_so_that_a_migration_can_change_it() -> None:
    for table in metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)
