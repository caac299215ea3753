"""The process that keeps the records of calls: `voicebot records`.

One runs beside each Asterisk. What it does is in `voicebot.after_call`; here it is
joined with database, Redis and workers, each of which may be away.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from voicebot.after_call.businesses import Businesses
from voicebot.after_call.chores import Chore, keep
from voicebot.after_call.erasing import Erasing
from voicebot.after_call.forgetting import Forgetting
from voicebot.after_call.gone_nodes import GoneNodes
from voicebot.after_call.keeping_usage import KeepingUsage
from voicebot.after_call.live_pools import LivePools
from voicebot.after_call.losing import Channels, Losing
from voicebot.after_call.passing_on import PassingOn
from voicebot.after_call.reading import Reading
from voicebot.after_call.reading_process import ReadingProcess
from voicebot.after_call.reckoning_capacity import RECKON_EVERY_S, ReckoningCapacity
from voicebot.after_call.salvaging import Salvaging
from voicebot.after_call.sampling_capacity import SAMPLE_EVERY_S, SamplingCapacity
from voicebot.after_call.taking_stock import TakingStock
from voicebot.after_call.telling_budgets import TELL_EVERY_S, TellingBudgets
from voicebot.after_call.telling_endings import TellingEndings
from voicebot.after_call.transcribing import Transcribing
from voicebot.after_call.watching_budgets import WATCH_EVERY_S, WatchingBudgets
from voicebot.agents.node_watch import watching
from voicebot.ari.client import AriClient
from voicebot.calls.follow_up import FinishedCall, follow_up
from voicebot.calls.model import CallbackRequest, CallId, Message
from voicebot.commands import callbacks, calls, messages
from voicebot.commands.showing import database_of
from voicebot.errors import StoreError
from voicebot.hooks.mail import Mail, SmtpServer
from voicebot.hooks.webhook import Webhook
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.recognizer import WorkerRecognizer
from voicebot.outbound.callback_dialler import CallbackDialler
from voicebot.outbound.callback_line import TICKET_LEASE_S, CallbackLine
from voicebot.outbound.dialing import dialer_of
from voicebot.ports import Recognizer
from voicebot.prices_file import load_prices
from voicebot.settings import Settings
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_usage import RedisCallUsage
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.shared_state.node_presence import RedisNodePresence
from voicebot.shared_state.queue_lengths import queue_lengths
from voicebot.shared_state.slots import slots_of
from voicebot.shared_state.waiting_line import RedisWaitingLines
from voicebot.stack.trunks import load_trunks
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.call_transcripts import SqlCallTranscripts
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import SqlCallbackClaims
from voicebot.store.callback_endings import SqlCallbackEndings
from voicebot.store.calls import SqlCallRecords
from voicebot.store.capacity_history import SqlCapacityHistory
from voicebot.store.cdr_import import AGENT_FIRST, CDR_FILE, CdrImport
from voicebot.store.engine import Database
from voicebot.store.follow_ups import SqlFollowUps
from voicebot.store.late_callbacks import late_callbacks
from voicebot.store.lost_calls import SqlLostCalls
from voicebot.store.messages import SqlMessages
from voicebot.store.outbox import SqlOutbox
from voicebot.store.used_days import UsedDays
from voicebot.telemetry.logs import configure_logs, log_of
from voicebot.telemetry.metrics import served
from voicebot.telemetry.metrics_ports import metrics_port
from voicebot.telemetry.node_metrics import NODE

# The end of a call is to be known within two seconds of it, the first of which is its agent's.
IMPORT_EVERY_S = 0.25
WORK_EVERY_S = 1.0
# Seldom needed; asks of every call that has a context.
FORGET_EVERY_S = 10.0
# A caller who was cut off is rung back as soon as Asterisk is there again.
LOOK_FOR_LOSSES_EVERY_S = 2.0
# Well below how long a node is known without showing itself.
LOOK_FOR_GONE_NODES_EVERY_S = 3.0
KEEP_USAGE_EVERY_S = 10.0
TAKE_STOCK_EVERY_S = 5.0
ERASE_EVERY_S = 3_600.0

log = log_of("records")


def records(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Read Asterisk's whole CDR file again.")
    ] = False,
) -> None:
    """Puts calls on record, sees to what they leave to be done, and erases what is old."""
    settings = Settings.load()
    configure_logs(settings.log_level, process="records")
    if once:
        asyncio.run(_one_round(settings, from_start))
        return
    port = metrics_port(settings.metrics_first_port, "records")
    NODE.follow_disk(settings.state_dir)
    with served(port, "records", address=settings.metrics_address):
        asyncio.run(_keep(settings, from_start))


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line, and those that show what is kept."""
    calls.register(app)
    callbacks.register(app)
    messages.register(app)
    app.command("records")(records)


async def _keep(settings: Settings, from_start: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    log.info("records.started")
    async with (
        database_of(settings) as database,
        watching(settings, database),
        _chores(settings, database, from_start, stopping) as chores,
    ):
        await keep(chores, stopping)
        [importing] = [chore for chore in chores if chore.name == IMPORTING]
        await _import_the_last(importing)
    log.info("records.stopped")


async def _import_the_last(importing: Chore) -> None:
    """No agent is waited for any more: where its record comes later, it replaces the stub."""
    try:
        await importing.run(datetime.now(UTC) + AGENT_FIRST)
    except StoreError as error:
        # The file stays, and the next process reads on where this one stands.
        log.warning("records.last_import_failed", code=error.code, reason=str(error))


async def _one_round(settings: Settings, from_start: bool) -> None:
    async with (
        database_of(settings) as database,
        _chores(settings, database, from_start, asyncio.Event()) as chores,
    ):
        for chore in chores:
            if chore.name in (IMPORTING, FOLLOWING_UP, ERASING):
                await chore.run(datetime.now(UTC))


IMPORTING, FOLLOWING_UP, ERASING = "import", "follow-up", "erasure"


@asynccontextmanager
async def _chores(
    settings: Settings, database: Database, from_start: bool, stopping: asyncio.Event
) -> AsyncIterator[Sequence[Chore]]:
    """All that this process does, in the order in which one leads to the next."""
    async with AsyncExitStack() as stack:
        shared_state = RedisConnection(settings.redis_url)
        stack.push_async_callback(shared_state.close)
        webhook = await stack.enter_async_context(
            Webhook(settings.webhook_secret.get_secret_value())
        )
        smtp_url = settings.smtp_url.get_secret_value()
        mail = Mail(SmtpServer.of(smtp_url) if smtp_url else None, settings.smtp_from)
        businesses = Businesses(settings.business_file)
        follow_ups, kept_messages = SqlFollowUps(database), SqlMessages(database)
        call_records, contexts = SqlCallRecords(database), RedisCallContexts(shared_state)
        salvaging = Salvaging(follow_ups, call_records, contexts, businesses.in_force)
        transcribing = Transcribing(
            kept_messages,
            partial(_recognizer, settings),
            businesses.in_force,
            settings.state_dir,
            settings.node_name,
        )
        erasing = Erasing(
            database,
            settings.state_dir,
            settings.node_name,
            settings.retention_days,
            recordings_retention_days=settings.recordings_retention_days,
        )
        passing_on = PassingOn(SqlOutbox(database), webhook, mail, businesses.in_force)
        telling_endings = TellingEndings(SqlCallbackEndings(database), webhook, businesses.in_force)
        reading = Reading(
            SqlCallTranscripts(database),
            LivePools(shared_state).load,
            businesses.in_force,
            settings.state_dir,
            settings.node_name,
            beside_calls=settings.reads_beside_calls,
            stopping=stopping,
            start=partial(ReadingProcess.start, python=settings.recordings_python),
        )
        slots = await stack.enter_async_context(slots_of(shared_state))
        lines = RedisWaitingLines(shared_state, ticket_lease_s=TICKET_LEASE_S)
        line = await stack.enter_async_context(CallbackLine(lines, slots))
        dialler = await stack.enter_async_context(
            CallbackDialler(
                SqlCallbackClaims(database),
                SqlCallbackBookings(database),
                partial(dialer_of, settings, database),
                businesses.in_force,
                partial(load_trunks, settings.trunks_file),
                line,
                RedisHealthBoard(shared_state).step,
                settings.node_name,
                partial(datetime.now, UTC),
            )
        )
        ari = await stack.enter_async_context(_asterisk(settings))
        losing = Losing(
            SqlLostCalls(database), contexts, ari, businesses.in_force, settings.node_name
        )
        usages, alerts = SqlCallUsage(database), SqlBudgetAlerts(database)
        keeping_usage = KeepingUsage(usages, RedisCallUsage(shared_state).of, settings.node_name)
        prices = partial(load_prices, settings.prices_file)
        watching_budgets = WatchingBudgets(prices, UsedDays(usages.of), alerts)
        telling_budgets = TellingBudgets(alerts, webhook, mail, prices)
        nodes = RedisNodePresence(shared_state)
        gone_nodes = GoneNodes(nodes, losing.unfinished, losing.end, settings.node_name)
        stock = TakingStock(partial(late_callbacks, database), partial(queue_lengths, shared_state))
        history = SqlCapacityHistory(database)
        reckoning = ReckoningCapacity(history, timedelta(days=settings.capacity_days))
        sampling = SamplingCapacity(history, shared_state, f"{settings.node_name}-{os.getpid()}")
        readings = [Chore("recordings", WORK_EVERY_S, reading.run)]
        yield (
            *(readings if settings.reads_recordings else ()),
            Chore(IMPORTING, IMPORT_EVERY_S, _Importing(database, settings, from_start).run),
            Chore(
                FOLLOWING_UP, WORK_EVERY_S, partial(_follow_up, salvaging, follow_ups, businesses)
            ),
            Chore("losses", LOOK_FOR_LOSSES_EVERY_S, losing.run),
            Chore("usage", KEEP_USAGE_EVERY_S, keeping_usage.run),
            Chore("budgets", WATCH_EVERY_S, watching_budgets.run),
            Chore("budget alerts", TELL_EVERY_S, telling_budgets.run),
            Chore("gone nodes", LOOK_FOR_GONE_NODES_EVERY_S, gone_nodes.run),
            Chore("callbacks", WORK_EVERY_S, dialler.run),
            Chore("transcription", WORK_EVERY_S, transcribing.run),
            Chore("hooks", WORK_EVERY_S, passing_on.run),
            Chore("callback endings", WORK_EVERY_S, telling_endings.run),
            Chore("stock", TAKE_STOCK_EVERY_S, stock.run),
            Chore("contexts", FORGET_EVERY_S, Forgetting(call_records, contexts).run),
            Chore("capacity", RECKON_EVERY_S, reckoning.run),
            Chore("capacity samples", SAMPLE_EVERY_S, sampling.run),
            Chore(ERASING, ERASE_EVERY_S, erasing.run),
        )


@asynccontextmanager
async def _asterisk(settings: Settings) -> AsyncIterator[Channels]:
    """Who is in this node's Asterisk."""
    ari = AriClient(
        settings.ari_url,
        settings.ari_username,
        settings.ari_password.get_secret_value(),
        app=f"records-{settings.node_name}",
        request_deadline_s=settings.ari_request_deadline_ms / 1000,
    )

    async def channels() -> Sequence[str]:
        return [channel.channel_id for channel in await ari.channels.list()]

    async with ari:
        yield channels


@asynccontextmanager
async def _recognizer(settings: Settings) -> AsyncIterator[Recognizer]:
    """Connects for as long as there is something to transcribe; raises SharedStateError."""
    name = f"records-{settings.node_name}"
    async with InferenceGateway(settings.redis_url, name) as gateway:
        yield WorkerRecognizer(gateway)


class _Importing:
    """The import, which reads the whole file at its first success if so wanted."""

    def __init__(self, database: Database, settings: Settings, from_start: bool) -> None:
        self._cdrs = CdrImport(database, settings.state_dir / CDR_FILE)
        self._from_start = from_start

    async def run(self, at: datetime) -> None:
        imported = await self._cdrs.run(at, from_start=self._from_start)
        self._from_start = False
        if imported.stubs or imported.malformed:
            log.info("records.imported", **asdict(imported))


async def _follow_up(
    salvaging: Salvaging, follow_ups: SqlFollowUps, businesses: Businesses, at: datetime
) -> None:
    """What a call leaves to be done is decided once: what can be salvaged of it comes first."""
    waiting = await follow_ups.waiting(at)  # more may be imported meanwhile
    try:
        await salvaging.run(at)
    finally:  # without Redis, what Asterisk knows must do
        await _follow_up_what_is_known(follow_ups, businesses, at, waiting)


async def _follow_up_what_is_known(
    follow_ups: SqlFollowUps, businesses: Businesses, at: datetime, waiting: Sequence[CallId]
) -> None:
    in_force = await businesses.in_force()

    def decide(call: FinishedCall) -> Message | CallbackRequest | None:
        return follow_up(call, in_force)

    done = await follow_ups.run(at, decide, waiting)
    if done.messages or done.callbacks:
        log.info("records.followed_up", **asdict(done))
