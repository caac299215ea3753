"""Forgets one caller at once: in the database, and in the files of this machine."""

import asyncio
from datetime import datetime
from pathlib import Path

from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.blotted_files import blot_caller
from voicebot.store.blotting import number_blot
from voicebot.store.engine import Database
from voicebot.store.erasure import Erased, Erasure
from voicebot.store.erasure_ledger import ErasureLedger
from voicebot.store.number_key import number_key


class CallerErasure:
    """For the command line and the panel. Raises StoreError."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._erasure = Erasure(database, state_dir)
        self._audit = SqlAuditLog(database)
        self._state_dir = state_dir
        self._ledger = ErasureLedger(state_dir)

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
        await asyncio.to_thread(self._ledger.add, key, at)
        erased = await self._erasure.forget_caller(key, at)
        return erased, await asyncio.to_thread(blot_caller, self._state_dir, key, call_ids)

    async def forget_again(self, account: str, at: datetime) -> tuple[Erased, int]:
        """Whoever was forgotten before, of what came back with a backup that was restored.

        What came since they asked stays. Noted before it happens.
        """
        numbers = await self._erasure.numbers()
        asked = await asyncio.to_thread(self._ledger.among, numbers)
        callers = f"{len(asked)} callers"
        await self._audit.add(Audited(at, account, "", "erase-again", callers, "done"))
        erased = Erased()
        for number, until in sorted(asked.items()):
            erased += await self._erasure.forget_caller(number, at, until=until)
        return erased, len(asked)
