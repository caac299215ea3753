"""Who rings whom, and over which trunk? Joins business files, trunks, database and Asterisk."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from voicebot.ari.client import AriClient
from voicebot.business_file import load_businesses
from voicebot.calls.dialled import DialStatus
from voicebot.calls.outbound_rules import (
    Refusal,
    Refused,
    caller_id_of,
    destination_of,
    rules_of,
)
from voicebot.dialogue.business import Business
from voicebot.errors import ConfigurationError
from voicebot.outbound.dialer import Dialer, DialResult, OnProgress, Request
from voicebot.outbound.placing import Way
from voicebot.settings import Settings
from voicebot.stack.trunks import Trunk, load_trunks
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.outbound_calls import SqlOutboundCalls

CONNECT_WITHIN_S = 5.0
# No agent's: calls are not offered to it.
APP_PREFIX = "dial-"


async def dial(
    settings: Settings,
    number: str,
    *,
    business: str | None = None,
    did: str | None = None,
    agent: str | None = None,
    trunk: str | None = None,
    key: str | None = None,
    waits: bool = True,
    on_progress: OnProgress | None = None,
) -> DialResult:
    """Rings a number for a business, whose agent talks with whoever answers.

    `did` is the number of ours that is shown, and says which business rings; else `business`, or
    the only one there is. `agent` is one of its agents for placed calls. Asked again under the
    same `key`, nobody is rung again. Without `waits` it returns as soon as Asterisk rings.

    What the rules refuse is a result. Raises ConfigurationError for names that do not exist,
    AsteriskError and StoreError when those are away; should it have rung all the same, the call is
    on record, and counts when the number is to be rung again.
    """
    request = request_of(
        settings, number, business=business, did=did, agent=agent, trunk=trunk, key=key
    )
    if isinstance(request, Refused):
        return DialResult(DialStatus.REFUSED, refused=request)
    database = Database.open(settings.resolved_database_url)
    try:
        async with dialer_of(settings, database) as dialer:
            return await dialer.dial(request, waits=waits, on_progress=on_progress)
    finally:
        await database.close()


@asynccontextmanager
async def dialer_of(settings: Settings, database: Database) -> AsyncIterator[Dialer]:
    """With an ARI application of its own, for one call at a time; raises AsteriskError."""
    async with AriClient(
        settings.ari_url,
        settings.ari_username,
        settings.ari_password.get_secret_value(),
        app=f"{APP_PREFIX}{secrets.token_hex(8)}",
        request_deadline_s=settings.ari_request_deadline_ms / 1000,
    ) as ari:
        await ari.wait_connected(CONNECT_WITHIN_S)
        yield Dialer(
            ari,
            SqlOutboundCalls(database),
            SqlCallRecords(database),
            settings.node_name,
            lambda: datetime.now(UTC),
        )


def request_of(
    settings: Settings,
    number: str,
    *,
    business: str | None = None,
    did: str | None = None,
    agent: str | None = None,
    trunk: str | None = None,
    key: str | None = None,
) -> Request | Refused:
    """All that can be said without Asterisk and the database."""
    businesses = load_businesses(settings.business_file)
    ringing = _business(businesses, business, did)
    if isinstance(ringing, Refused):
        return ringing
    rules = rules_of(ringing)
    if isinstance(rules, Refused):
        return rules
    caller_id = caller_id_of(ringing, did)
    if isinstance(caller_id, Refused):
        return caller_id
    own = [one for each in businesses for one in each.dids]
    destination = destination_of(number, rules, caller_id, own)
    if isinstance(destination, Refused):
        return destination
    if agent is not None and agent not in rules.agents:
        known = ", ".join(sorted(rules.agents)) or "none"
        raise ConfigurationError(f'--agent: "{agent}" is none of outbound.agents: {known}')
    way = way_of(load_trunks(settings.trunks_file), trunk, caller_id)
    if isinstance(way, Refused):
        return way
    return Request(ringing, destination, caller_id, way, agent or "", key)


def _business(
    businesses: Sequence[Business], name: str | None, did: str | None
) -> Business | Refused:
    if name is not None:
        found = [one for one in businesses if one.name == name]
    elif did is not None:
        digits = did.removeprefix("+")
        found = [one for one in businesses if digits in {own.removeprefix("+") for own in one.dids}]
        if not found:
            return Refused(Refusal.CALLER_ID, "only a number of our own may be shown")
    else:
        found = list(businesses)
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in businesses)
    raise ConfigurationError(f"say for whom to ring, by --business or --did; there are: {names}")


def way_of(trunks: Sequence[Trunk], name: str | None, caller_id: str) -> Way | Refused:
    """The trunk wanted, or the first that brings the number shown, or the first of all."""
    digits = caller_id.removeprefix("+")

    def brings(trunk: Trunk) -> bool:
        return digits in {number.removeprefix("+") for number in trunk.numbers}

    if name is not None:
        fitting = [one for one in trunks if one.name == name]
    else:
        fitting = [one for one in trunks if brings(one)] or list(trunks)
    if not fitting:
        known = ", ".join(one.name for one in trunks) or "none"
        return Refused(Refusal.NO_TRUNK, f"there is no trunk to ring over; there are: {known}")
    trunk = fitting[0]
    return Way(trunk.name, trunk.endpoint, trunk.max_calls)
