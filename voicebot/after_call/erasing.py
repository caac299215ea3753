"""Erases what has been kept long enough, if the clock that says so can be believed."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from voicebot.store.blotted_files import blot_old
from voicebot.store.engine import Database
from voicebot.store.erasure import Erasure
from voicebot.store.failed_authentications import SqlFailedAuthentications
from voicebot.store.retention import kept_since
from voicebot.store.steady_clock import ClockReading, ClockTrust, looked_at
from voicebot.store.trunk_health import SqlHealthChanges
from voicebot.telemetry.logs import log_of

MEMORY = "clock.json"  # below the state directory
WHAT_TO_CHECK = (
    "the clock of this machine was set: check it (timedatectl); nothing is erased until it has "
    "gone steadily for a day"
)
# Whole files are read for it.
BLOT_EVERY = timedelta(days=1)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = log_of("records")


def read_clock(at: datetime) -> ClockReading:
    """The clock beside the time since this machine was started."""
    boot_id = _BOOT_ID.read_text().strip()
    return ClockReading(at, boot_id, time.clock_gettime(time.CLOCK_BOOTTIME))


class Erasing:
    """One round after another; what it saw of the clock outlives the process."""

    def __init__(
        self,
        database: Database,
        state_dir: Path,
        node_name: str,
        retention_days: int,
        read: Callable[[datetime], ClockReading] = read_clock,
        *,
        recordings_retention_days: int | None = None,
    ) -> None:
        self._erasure = Erasure(database, state_dir)
        self._authentications = SqlFailedAuthentications(database, node_name)
        self._health_changes = SqlHealthChanges(database, node_name)
        self._retention_days = retention_days
        self._recordings_retention_days = recordings_retention_days
        self._state_dir = state_dir
        self._blotted_at: datetime | None = None
        self._memory = state_dir / MEMORY
        self._read = read
        self._trust: ClockTrust | None = None

    async def run(self, at: datetime) -> None:
        """Raises StoreError."""
        trust = await asyncio.to_thread(self._look, at)
        if not trust.may_erase:
            _tell_why_not(trust)
            return
        erased = await self._erasure.run(at, self._retention_days, self._recordings_retention_days)
        limit = kept_since(at, self._retention_days)
        await self._authentications.forget(limit)
        await self._health_changes.forget(limit)
        if self._blotted_at is None or not timedelta(0) <= at - self._blotted_at < BLOT_EVERY:
            await asyncio.to_thread(blot_old, self._state_dir, limit)
            self._blotted_at = at
        if erased.failures:
            log.warning("records.erasure_incomplete", **asdict(erased))
        elif any(asdict(erased).values()):
            log.info("records.erased", **asdict(erased))

    def _look(self, at: datetime) -> ClockTrust:
        before = self._remembered() if self._trust is None else self._trust
        self._trust = looked_at(before, self._read(at))
        self._remember(self._trust)
        return self._trust

    def _remembered(self) -> ClockTrust | None:
        try:
            kept = json.loads(self._memory.read_text())
            last = kept["last"]
            return ClockTrust(
                last=ClockReading(
                    datetime.fromisoformat(last["at"]), str(last["boot_id"]), float(last["up_s"])
                ),
                steady_s=float(kept["steady_s"]),
                jumped_s=float(kept["jumped_s"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            # As if nothing were known: the day begins anew.
            log.warning("records.clock_not_remembered", error=type(error).__name__)
            return None

    def _remember(self, trust: ClockTrust) -> None:
        kept = asdict(trust)
        kept["last"]["at"] = trust.last.at.isoformat()
        draft = self._memory.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(kept))
            draft.replace(self._memory)
        except OSError as error:
            # A full disk needs erasing most of all. What was remembered earlier stays: compared
            # with that, the next process knows less, but nothing wrong.
            log.warning("records.clock_not_noted", error=type(error).__name__)


def _tell_why_not(trust: ClockTrust) -> None:
    if trust.jumped_s:
        log.warning(
            "records.erasure_waits",
            jumped_s=round(trust.jumped_s),
            steady_s=round(trust.steady_s),
            what_to_check=WHAT_TO_CHECK,
        )
    else:
        log.info("records.erasure_waits", steady_s=round(trust.steady_s))
