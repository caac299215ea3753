"""Forgets one caller at once: in the database, and in the files of this machine."""

import asyncio
from datetime import datetime
from pathlib import Path

from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.blotted_files import blot_caller
from voicebot.store.blotting import number_blot
from voicebot.store.engine import Database
from voicebot.store.erasure import Erased, Erasure
from voicebot.store.number_key import number_key


class CallerErasure:
    """For the command line and the panel. Raises StoreError."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._erasure = Erasure(database, state_dir)
        self._audit = SqlAuditLog(database)
        self._state_dir = state_dir

    async def forget(
        self, number: str, account: str, address: str, at: datetime
    ) -> tuple[Erased, int]:
        """What was erased, and how many lines of logs and CDRs were blotted.

        Noted before it happens, without the number, which is to be forgotten. Raises ValueError
        for what is no number with its country code.
        """
        key = number_key(number)
        number_blot(key)  # or it is no such number
        call_ids = await self._erasure.calls_of(key)
        calls = f"{len(call_ids)} calls"
        await self._audit.add(Audited(at, account, address, "erase-caller", calls, "done"))
        erased = await self._erasure.forget_caller(key, at)
        return erased, await asyncio.to_thread(blot_caller, self._state_dir, key, call_ids)
