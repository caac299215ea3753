"""Joins the panel with Redis and the database, and serves it until told to stop."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import uvicorn

from voicebot.business_file import load_businesses
from voicebot.errors import ConfigurationError
from voicebot.owned_tasks import OwnedTasks
from voicebot.panel import external_sign_in
from voicebot.panel.access import Role
from voicebot.panel.api_access import Pace
from voicebot.panel.app import panel_app
from voicebot.panel.business_editing import BusinessEditing, Switchboard
from voicebot.panel.call_archive import CallArchive
from voicebot.panel.call_steering import CallSteering
from voicebot.panel.callback_steering import CallbackSteering
from voicebot.panel.entrance import Entrance
from voicebot.panel.external_entrance import ExternalEntrance
from voicebot.panel.external_identity import ClaimRules
from voicebot.panel.floor_feed import DueCallback
from voicebot.panel.floor_watch import FloorWatch
from voicebot.panel.oidc_provider import OidcProvider
from voicebot.panel.origin import public_address
from voicebot.panel.services import Services
from voicebot.prices_file import load_prices
from voicebot.settings import Settings
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.floor_reading import RedisFloorReading
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.shared_state.listening import RedisListening
from voicebot.shared_state.orders import RedisOrders
from voicebot.shared_state.waiting_line import RedisWaitingLines
from voicebot.store.accounts import SqlAccounts
from voicebot.store.answered_turns import SqlAnsweredTurns
from voicebot.store.api_tokens import SqlApiTokens
from voicebot.store.audit import SqlAuditLog
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.business_versions import SqlBusinessVersions
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.callbacks_due import SqlCallbacksDue
from voicebot.store.caller_erasure import CallerErasure
from voicebot.store.capacity_history import SqlCapacityHistory
from voicebot.store.engine import Database
from voicebot.store.external_sign_ins import SqlExternalSignIns
from voicebot.store.panel_sessions import SqlPanelSessions
from voicebot.store.used_days import UsedDays

CALLBACKS_SHOWN = 20
# Streams end at once when it stops; a page gets this long.
STOP_WITHIN_S = 2


async def serve(settings: Settings, switchboard: Switchboard) -> None:
    """Until SIGTERM or SIGINT."""
    async with AsyncExitStack() as stack:
        database = Database.open(settings.resolved_database_url)
        stack.push_async_callback(database.close)
        redis = RedisConnection(settings.redis_url)
        stack.push_async_callback(redis.close)
        watch = FloorWatch(RedisFloorReading(redis), partial(_due, SqlCallbacksDue(database)))
        clock = partial(datetime.now, UTC)
        accounts = SqlAccounts(database)
        businesses = partial(load_businesses, settings.business_file)
        services = Services(
            accounts,
            SqlAuditLog(database),
            Entrance(accounts, SqlPanelSessions(database), clock),
            watch,
            CallArchive.of(database, settings.state_dir),
            RedisCallContexts(redis),
            CallbackSteering(database, businesses, settings.node_name),
            CallSteering(RedisOrders(redis), businesses),
            RedisHealthBoard(redis),
            RedisWaitingLines(redis),
            BusinessEditing(
                settings.business_file,
                SqlBusinessVersions(database),
                switchboard,
                settings.node_name,
                clock,
            ),
            SqlApiTokens(database),
            SqlCallUsage(database),
            partial(load_prices, settings.prices_file),
            Pace(),
            public_address(settings.panel_url, settings.panel_address, settings.panel_port),
            clock,
            SqlCapacityHistory(database),
            CallerErasure(database, settings.state_dir),
            RedisListening(redis),
            SqlBudgetAlerts(database),
            SqlAnsweredTurns(database),
            UsedDays(SqlCallUsage(database).of),
            _external(settings, database, clock),
        )
        server = _Server(_config(settings, services))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        async with OwnedTasks() as tasks:
            watching = tasks.create_task(watch.run())
            await server.serve()
            watching.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to us: it would end the process by one before anything is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def _external(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> ExternalEntrance | None:
    """Raises ConfigurationError."""
    issuer = settings.oidc_issuer
    if not issuer:
        return None
    where = urlsplit(issuer)
    if where.scheme != "https" and where.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ConfigurationError(f"VOICEBOT_OIDC_ISSUER: {issuer} must begin with https://")
    roles = [one.value for one in Role]
    if strange := sorted(set(settings.oidc_roles.values()) - set(roles)):
        raise ConfigurationError(
            f"VOICEBOT_OIDC_ROLES: there is no role {strange[0]}; there are {', '.join(roles)}"
        )
    address = public_address(settings.panel_url, settings.panel_address, settings.panel_port)
    secret = settings.oidc_client_secret.get_secret_value()
    return ExternalEntrance(
        settings.oidc_name,
        issuer,
        OidcProvider(issuer, settings.oidc_client_id, secret, settings.oidc_scope),
        ClaimRules(
            settings.oidc_name_claim,
            settings.oidc_role_claim,
            {group: Role(role) for group, role in settings.oidc_roles.items()},
        ),
        SqlAccounts(database),
        SqlPanelSessions(database),
        SqlExternalSignIns(database),
        f"{address.origin}{address.prefix}{external_sign_in.BACK}",
        clock,
    )


def _config(settings: Settings, services: Services) -> uvicorn.Config:
    return uvicorn.Config(
        panel_app(services),
        host=settings.panel_address,
        port=settings.panel_port,
        # A visitor's address is a proxy's word only where there is a proxy.
        proxy_headers=bool(settings.panel_url),
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


async def _due(callbacks: SqlCallbacksDue) -> Sequence[DueCallback]:
    return [
        DueCallback(one.callback_id, one.number, one.did, one.due_at.timestamp(), one.attempts)
        for one in await callbacks.next(CALLBACKS_SHOWN)
    ]
