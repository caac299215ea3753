"""Nothing is erased at the word of a clock that was set a moment ago."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.fakes.sample_calls import NOON, a_record
from voicebot.after_call.erasing import MEMORY, Erasing, read_clock
from voicebot.calls.model import CallId
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.steady_clock import ClockReading

DAYS = 30
CALL = CallId("node1-1.1")
HOUR = timedelta(hours=1)
MONTH = timedelta(days=31)


class House:
    """A machine that has kept one call since noon, and whose clock can be set."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self.records = SqlCallRecords(database)
        self.database, self.state_dir = database, state_dir
        self.at, self.up_s = NOON, 100.0
        self.starts_again()

    def starts_again(self) -> None:
        """The process, not the machine."""
        self.erasing = Erasing(self.database, self.state_dir, "node1", DAYS, self.read)

    def read(self, at: datetime) -> ClockReading:
        return ClockReading(at, "one start", self.up_s)

    async def hour_passes(self) -> None:
        self.at += HOUR
        self.up_s += HOUR.total_seconds()
        await self.erasing.run(self.at)

    async def hours_pass(self, hours: int) -> None:
        for _ in range(hours):
            await self.hour_passes()

    async def has_words(self) -> bool:
        found = await self.records.find(CALL)
        assert found is not None
        return any(turn.heard for turn in found.turns)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    house = House(database, tmp_path)
    await house.records.write(a_record(CALL))
    await house.hours_pass(25)
    return house


async def test_what_has_been_kept_long_enough_is_erased(house: House) -> None:
    house.at += MONTH
    house.up_s += MONTH.total_seconds()
    await house.hour_passes()
    assert not await house.has_words()


async def test_a_clock_that_jumps_a_month_ahead_erases_nothing_for_a_day(house: House) -> None:
    house.at += MONTH
    with capture_logs() as logs:
        await house.hour_passes()
        house.starts_again()
        await house.hours_pass(23)
    assert await house.has_words()
    waits = [line for line in logs if line["event"] == "records.erasure_waits"]
    assert len(waits) == 24
    assert {(line["log_level"], line["jumped_s"]) for line in waits} == {
        ("warning", MONTH.total_seconds())
    }
    assert "timedatectl" in waits[0]["what_to_check"]
    # Nobody has put it right: so it must be right.
    await house.hours_pass(2)
    assert not await house.has_words()


async def test_a_clock_that_is_put_right_within_a_day_has_erased_nothing(house: House) -> None:
    house.at += MONTH
    await house.hours_pass(12)
    house.at -= MONTH
    await house.hours_pass(48)
    assert await house.has_words()


async def test_a_memory_that_cannot_be_read_makes_the_day_begin_anew(house: House) -> None:
    (house.state_dir / MEMORY).write_text("{")
    house.starts_again()
    house.at += MONTH
    await house.hours_pass(24)
    assert await house.has_words()
    await house.hours_pass(2)
    assert not await house.has_words()


async def test_a_full_disk_keeps_nothing_from_being_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", is_full)
    house.at += MONTH
    house.up_s += MONTH.total_seconds()
    with capture_logs() as logs:
        await house.hour_passes()
    assert not await house.has_words()
    assert logs[0]["event"] == "records.clock_not_noted"


def test_this_machines_own_clock_is_read_beside_the_time_since_its_start() -> None:
    one, other = read_clock(NOON), read_clock(NOON)
    assert one.boot_id == other.boot_id
    assert 0 < one.up_s <= other.up_s
