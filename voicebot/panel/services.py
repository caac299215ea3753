"""What do the panel's pages share, and who is asking for one?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request

from voicebot.costs.prices import Prices
from voicebot.panel.access import Account, Role
from voicebot.panel.api_access import Pace
from voicebot.panel.business_editing import BusinessEditing
from voicebot.panel.call_archive import CallArchive
from voicebot.panel.call_steering import CallSteering
from voicebot.panel.callback_steering import CallbackSteering
from voicebot.panel.entrance import Entrance
from voicebot.panel.external_entrance import ExternalEntrance
from voicebot.panel.floor_watch import FloorWatch
from voicebot.panel.origin import PublicAddress
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.shared_state.listening import RedisListening
from voicebot.shared_state.waiting_line import RedisWaitingLines
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.answered_turns import SqlAnsweredTurns
from voicebot.store.api_tokens import SqlApiTokens
from voicebot.store.audit import Audited, SqlAuditLog
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.caller_erasure import CallerErasure
from voicebot.store.capacity_history import SqlCapacityHistory
from voicebot.store.used_days import UsedDays


@dataclass(frozen=True, slots=True)
class Services:
    """Of one panel process."""

    accounts: SqlAccounts
    audit: SqlAuditLog
    entrance: Entrance
    watch: FloorWatch
    archive: CallArchive
    contexts: RedisCallContexts
    steering: CallbackSteering
    calls: CallSteering
    health: RedisHealthBoard
    lines: RedisWaitingLines
    editing: BusinessEditing
    tokens: SqlApiTokens
    usage: SqlCallUsage
    prices: Callable[[], Prices]  # raises ConfigurationError
    pace: Pace
    address: PublicAddress
    clock: Callable[[], datetime]
    capacity: SqlCapacityHistory
    erasure: CallerErasure
    listening: RedisListening
    alerts: SqlBudgetAlerts
    turns: SqlAnsweredTurns
    used_days: UsedDays
    external: ExternalEntrance | None  # None: accounts have passwords alone


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks. `secret` is the cookie that forms are bound to; a session's where there is."""

    address: str
    language: str
    zone: ZoneInfo  # that times are shown in
    secret: str = field(repr=False)
    is_new: bool = False  # the secret is still to be given to the browser
    kept: KeptAccount | None = None
    token_name: str = ""  # of a program that acts for the account

    @property
    def account(self) -> Account | None:
        if self.kept is None:
            return None
        return Account(self.kept.name, Role(self.kept.role), self.kept.queues)


def services_of(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


def visitor_of(request: Request) -> Visitor:
    """Whom the entrance has recognised."""
    found = request.state.visitor
    assert isinstance(found, Visitor)
    return found


async def note(request: Request, action: str, result: str, subject: str = "") -> None:
    """Puts it on the audit log. Raises StoreError: what cannot be noted does not happen."""
    services, visitor = services_of(request), visitor_of(request)
    name = "" if visitor.kept is None else visitor.kept.name
    if visitor.token_name:
        name = f"{name} ({visitor.token_name})"
    await services.audit.add(
        Audited(services.clock(), name, visitor.address, action, subject, result)
    )
