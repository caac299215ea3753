"""How did the calls sound?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import CallId, CallQuality
from voicebot.store.engine import Database
from voicebot.store.tables import call_qualities as qualities
from voicebot.store.upsert import insert_or

_MEASURES = tuple(CallQuality.__dataclass_fields__)


async def set_quality(database: Database, call_id: CallId, quality: CallQuality) -> None:
    """Puts it on record, in place of what was there; the call's own record may come later."""
    async with database.writing("write call quality") as connection:
        row = {"call_id": call_id, **asdict(quality)}
        statement = insert_or(connection, qualities).values(row)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[qualities.c.call_id],
                set_={name: statement.excluded[name] for name in _MEASURES},
            )
        )


async def read_qualities(
    connection: AsyncConnection, ids: Sequence[str]
) -> Mapping[str, CallQuality]:
    """The qualities of these calls, as far as they are known."""
    chosen = select(qualities).where(qualities.c.call_id.in_(ids))
    return {
        row["call_id"]: CallQuality(**{name: row[name] for name in _MEASURES})
        for row in (await connection.execute(chosen)).mappings()
    }
