from tests.fakes.sample_calls import a_record
from voicebot.calls.model import CallId, CallQuality
from voicebot.store.call_qualities import set_quality
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

CALL = CallId("node1-1.1")
POOR = CallQuality(10.0, 9.5, 20.0, None, 100.25, 1.73)


async def test_quality_that_comes_first_is_found_with_the_record(database: Database) -> None:
    await set_quality(database, CALL, POOR)
    records = SqlCallRecords(database)
    await records.write(a_record(CALL))
    found = await records.find(CALL)
    assert found is not None
    assert found.quality == POOR
    assert [each.quality for each in await records.latest(9)] == [POOR]


async def test_quality_that_comes_later_takes_the_place_of_what_was_there(
    database: Database,
) -> None:
    records = SqlCallRecords(database)
    await records.write(a_record(CALL))
    await set_quality(database, CALL, POOR)
    await set_quality(database, CALL, CallQuality(mos=4.4))
    # An agent's record that comes again takes nothing away.
    await records.write(a_record(CALL))
    found = await records.find(CALL)
    assert found is not None
    assert found.quality == CallQuality(mos=4.4)


async def test_a_call_of_which_nothing_was_reported_has_none(database: Database) -> None:
    records = SqlCallRecords(database)
    await records.write(a_record(CALL))
    found = await records.find(CALL)
    assert found is not None
    assert found.quality is None
