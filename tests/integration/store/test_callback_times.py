from datetime import timedelta

from sqlalchemy import insert

from tests.fakes.sample_calls import NOON
from voicebot.store.callback_tables import callback_requests
from voicebot.store.callback_times import HORIZON, SqlCallbackTimes
from voicebot.store.engine import Database


def a_row(number: int, **values: object) -> dict[str, object]:
    return {
        "call_id": f"node1-{number}",
        "business": "sample",
        "called_number": "1000",
        "number": f"+1202555{number:04d}",
        "number_key": f"1202555{number:04d}",
        "reason": "requested",
        "requested_at": NOON,
        "status": "waiting",
        "rank": 3,
        "due_at": NOON + timedelta(seconds=number),
    } | values


async def test_those_are_told_that_will_come_to_stand_in_the_line(database: Database) -> None:
    rows = (
        a_row(90),
        a_row(30),
        a_row(0),  # stands there
        a_row(40, status="done"),
        a_row(50, rank=None),  # is people's
        a_row(60, due_at=NOON + 2 * HORIZON),
    )
    async with database.writing("test") as connection:
        for row in rows:
            await connection.execute(insert(callback_requests).values(row))
    assert list(await SqlCallbackTimes(database).due_in_s(NOON)) == [30.0, 90.0]
