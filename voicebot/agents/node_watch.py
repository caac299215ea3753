"""What does a node's AMI tell that must be on record?

Health of trunks, quality of calls, failed authentications. Events are taken at once and only
change what is in memory; a writer beside them puts it on record within moments. While the
database is away what is to be written waits, up to a limit; past it the oldest is given up, and
that is logged.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from voicebot.ami import actions
from voicebot.ami.connection import AmiConnection, AmiSettings
from voicebot.ami.decode import (
    AmiEvent,
    CallEnded,
    CallerLost,
    HealthStirred,
    MalformedEvent,
    StreamEnded,
    WeLost,
)
from voicebot.ami.staying_connected import stay_connected
from voicebot.calls.call_quality import QualityReports
from voicebot.calls.failed_authentications import FailedAuthentication, FailureCounts
from voicebot.calls.model import CallId, CallQuality
from voicebot.calls.trunk_health import Health, HealthChange, TrunkHealth
from voicebot.errors import AsteriskError, StoreError
from voicebot.settings import Settings
from voicebot.store.call_qualities import set_quality
from voicebot.store.engine import Database
from voicebot.store.failed_authentications import SqlFailedAuthentications
from voicebot.store.trunk_health import SqlHealthChanges
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.node_metrics import NODE

log = log_of("node-watch")
Item = TypeVar("Item")

# How often the node is looked at even if it tells nothing.
LOOK_EVERY_S = 15.0
# Many phones may stir at once; and a device's state follows its contact's by a moment.
LOOK_AFTER_S = 0.5
RETRY_WRITING_S = 2.0
LAST_WRITE_DEADLINE_S = 5.0
UNWRITTEN_LIMIT = 10_000


class NodeWatch:
    """Watches one node for as long as `run` runs."""

    def __init__(
        self,
        settings: AmiSettings,
        database: Database,
        node: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._node = node
        self._now = now
        self._history = SqlHealthChanges(database, node)
        self._refusals = SqlFailedAuthentications(database, node)
        self._health = TrunkHealth(node)
        self._failures = FailureCounts()
        self._reports: dict[CallId, QualityReports] = {}
        self._unwritten_changes: list[HealthChange] = []
        self._unwritten_qualities: list[tuple[CallId, CallQuality]] = []
        self._is_stirred = asyncio.Event()
        self._is_due = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled; what is known by then is still written."""
        await self._remember()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write_for_ever(), name="node-watch-writer")
                await stay_connected(self._settings, self._converse, self._away)
        finally:
            async with asyncio.timeout(LAST_WRITE_DEADLINE_S):
                await self._has_written()

    async def _remember(self) -> None:
        """What was known when the last watch ended is no change now."""
        while True:
            try:
                self._health = TrunkHealth(self._node, await self._history.last_known())
                for known in self._health.states():
                    _show(known)
            except StoreError as error:
                log.warning("node.history_unknown", code=error.code, reason=str(error))
                await asyncio.sleep(RETRY_WRITING_S)
            else:
                return

    async def _converse(self, ami: AmiConnection) -> NoReturn:
        up = await actions.calls_up(ami)
        # Of calls that ended while nobody listened nothing more will come.
        self._reports = {call: each for call, each in self._reports.items() if call in up}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._look_for_ever(ami), name="node-watch-health")
                while True:
                    self._receive(await ami.next_event())
        except* AsteriskError as broken:
            errors = broken.exceptions
        raise errors[0]

    async def _look_for_ever(self, ami: AmiConnection) -> NoReturn:
        while True:
            self._is_stirred.clear()
            self._note(self._health.seen(await actions.health_reports(ami), self._now()))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._is_stirred.wait()
                await asyncio.sleep(LOOK_AFTER_S)
            except TimeoutError:
                continue

    def _receive(self, event: AmiEvent) -> None:
        match event:
            case WeLost(call_id, fraction_lost):
                self._reports_of(call_id).we_lost(fraction_lost)
            case CallerLost(call_id, fraction_lost):
                self._reports_of(call_id).caller_lost(fraction_lost)
            case StreamEnded(call_id, sums):
                self._reports_of(call_id).ended(sums)
            case CallEnded(call_id):
                self._end(call_id)
            case HealthStirred(endpoint, round_trip_ms):
                if round_trip_ms is not None:
                    self._health.answered(endpoint, round_trip_ms)
                self._is_stirred.set()
            case FailedAuthentication():
                self._count(event)
            case MalformedEvent(name):
                log.warning("ami.malformed_event", event_name=name)

    def _reports_of(self, call_id: CallId) -> QualityReports:
        return self._reports.setdefault(call_id, QualityReports())

    def _end(self, call_id: CallId) -> None:
        reports = self._reports.pop(call_id, None)
        quality = None if reports is None else reports.quality()
        if quality is not None:
            self._unwritten_qualities.append((call_id, quality))
            self._is_due.set()

    def _count(self, failure: FailedAuthentication) -> None:
        times = self._failures.receive(failure)
        self._is_due.set()
        if times is not None:
            log.warning(
                "security.failed_authentication",
                source=failure.source,
                service=failure.service,
                reason=failure.reason,
                times_this_hour=times,
            )

    def _away(self, error: AsteriskError) -> None:
        # The code, not the reason: one outage shows as one change.
        self._note(self._health.lost(error.code, self._now()))

    def _note(self, changes: Iterable[HealthChange]) -> None:
        for change in changes:
            _show(change)
            level = log.warning if change.health is Health.DOWN else log.info
            level(
                "health.changed",
                part=change.part.value,
                name=change.name,
                health=change.health.value,
                detail=change.detail,
            )
            self._unwritten_changes.append(change)
            self._is_due.set()

    async def _write_for_ever(self) -> NoReturn:
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            if not await self._has_written():
                self._is_due.set()
                await asyncio.sleep(RETRY_WRITING_S)

    async def _has_written(self) -> bool:
        """Whether all of it is on record; what is not waits for the next attempt."""
        changes, self._unwritten_changes = self._unwritten_changes, []
        qualities, self._unwritten_qualities = self._unwritten_qualities, []
        counts = dict(self._failures.take())
        try:
            if changes:
                await self._history.add(changes)
                changes = []
            while qualities:
                await set_quality(self._database, *qualities[0])
                qualities = qualities[1:]
            if counts:
                await self._refusals.add(counts)
                counts = {}
        except StoreError as error:
            log.warning("node.not_written", code=error.code, reason=str(error))
            return False
        finally:
            self._unwritten_changes = _within_limit(changes + self._unwritten_changes)
            self._unwritten_qualities = _within_limit(qualities + self._unwritten_qualities)
            self._failures.give_back(counts)
        return True


@asynccontextmanager
async def watching(settings: Settings, database: Database) -> AsyncIterator[None]:
    """This stack's own node is watched inside the block."""
    ami = AmiSettings.of(settings, wants_events=True)
    async with asyncio.TaskGroup() as tasks:
        watch = NodeWatch(ami, database, settings.node_name)
        running = tasks.create_task(watch.run(), name="node-watch")
        try:
            yield
        finally:
            running.cancel()


def _show(change: HealthChange) -> None:
    NODE.part_is(change.part.value, change.name, is_up=change.health is not Health.DOWN)


def _within_limit(waiting: list[Item]) -> list[Item]:
    given_up = len(waiting) - UNWRITTEN_LIMIT
    if given_up > 0:
        log.error("node.given_up", entries=given_up)
    return waiting[-UNWRITTEN_LIMIT:]
