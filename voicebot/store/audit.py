"""Who did what, when and from where? Only ever added to: the database refuses all else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select

from voicebot.store.engine import Database
from voicebot.store.panel_tables import audit_log


@dataclass(frozen=True, slots=True)
class Audited:
    """One line. Names no caller: `subject` is an id or an account."""

    at: datetime
    account: str
    address: str
    action: str
    subject: str
    result: str


class SqlAuditLog:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, line: Audited) -> None:
        async with self._database.writing("add to audit log") as connection:
            await connection.execute(insert(audit_log).values(asdict(line)))

    async def latest(
        self, limit: int, *, before: int | None = None
    ) -> Sequence[tuple[int, Audited]]:
        """With its number, the newest first."""
        chosen = select(audit_log).order_by(audit_log.c.number.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(audit_log.c.number < before)
        async with self._database.reading("read audit log") as connection:
            found = await connection.execute(chosen)
            return [
                (
                    row["number"],
                    Audited(
                        row["at"],
                        row["account"],
                        row["address"],
                        row["action"],
                        row["subject"],
                        row["result"],
                    ),
                )
                for row in found.mappings()
            ]
