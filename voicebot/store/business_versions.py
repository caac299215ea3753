"""What has each business file said, by whom and when? Only ever added to.

A version's number is also the lock: two that are made from the same one want the same number, and
the second is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from voicebot.store.engine import Database
from voicebot.store.panel_tables import business_versions
from voicebot.store.upsert import insert_or


@dataclass(frozen=True, slots=True)
class BusinessVersion:
    """`account` is None for what was found changed on the disk."""

    version: int
    at: datetime
    account: str | None
    note: str
    text: str


class SqlBusinessVersions:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, file: str, kept: BusinessVersion) -> bool:
        """False: another has this number already."""
        row = {
            "file": file,
            "version": kept.version,
            "at": kept.at,
            "account": kept.account,
            "note": kept.note,
            "text": kept.text,
        }
        async with self._database.writing("add version of a business") as connection:
            adding = insert_or(connection, business_versions).values(row)
            return (await connection.execute(adding.on_conflict_do_nothing())).rowcount == 1

    async def find(self, file: str, version: int) -> BusinessVersion | None:
        asked = select(business_versions).where(
            business_versions.c.file == file, business_versions.c.version == version
        )
        async with self._database.reading("find version of a business") as connection:
            row = (await connection.execute(asked)).mappings().one_or_none()
        return None if row is None else _version_of(row)

    async def latest(self, file: str, limit: int) -> Sequence[BusinessVersion]:
        """The newest first."""
        asked = (
            select(business_versions)
            .where(business_versions.c.file == file)
            .order_by(business_versions.c.version.desc())
            .limit(limit)
        )
        async with self._database.reading("list versions of a business") as connection:
            return [_version_of(row) for row in (await connection.execute(asked)).mappings()]


def _version_of(row: RowMapping) -> BusinessVersion:
    return BusinessVersion(row["version"], row["at"], row["account"], row["note"], row["text"])
