"""Lets in whom an OpenID provider vouches for.

An identity is connected with an account by whoever is signed in to both, never by a name that
somebody chose over there; where roles come by groups, it gets an account of its own.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from voicebot.errors import IdentityNotProven
from voicebot.panel.external_identity import (
    ClaimRules,
    ExternalIdentity,
    Flow,
    Purpose,
    begin,
    name_of,
    resume,
    role_of,
)
from voicebot.panel.oidc_provider import OidcProvider
from voicebot.panel.session_rules import LONGEST, TRIES_COUNT_FOR, TRIES_PER_ADDRESS
from voicebot.store.accounts import KeptAccount, SqlAccounts
from voicebot.store.external_sign_ins import SqlExternalSignIns
from voicebot.store.panel_sessions import SqlPanelSessions
from voicebot.telemetry.logs import log_of

# No account may be called like it: names are printable.
_TRIES_OF_ALL: Final = "\nopenid"
# What argon2 takes for the hash of no password.
_UNHASHED: Final = "-"

log = log_of("panel")


class NotLetIn(StrEnum):
    """Why somebody did not come in this way; the catalogue has a text for each."""

    TOO_MANY = "too-many-tries"
    NOT_PROVEN = "not-proven"
    NOT_OURS = "not-ours"  # the way there was not begun in this browser, or too long ago
    UNKNOWN = "unknown"  # no account is theirs, and none is made for them
    NAME_TAKEN = "name-taken"
    NO_ROLE = "no-role"  # none of their groups stands for one any more
    LINKED = "linked"  # with another account


class ExternalEntrance:
    """Of one provider. Raises StoreError."""

    def __init__(
        self,
        name: str,
        issuer: str,
        provider: OidcProvider,
        rules: ClaimRules,
        accounts: SqlAccounts,
        sessions: SqlPanelSessions,
        links: SqlExternalSignIns,
        back_to: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name  # what its button is called
        self.issuer = issuer
        self.links = links
        self._provider = provider
        self._rules = rules
        self._accounts = accounts
        self._sessions = sessions
        self._back_to = back_to
        self._clock = clock

    async def address_of(self, secret: str, purpose: Purpose) -> str:
        """Where the browser goes. Raises IdentityNotProven."""
        flow = begin(secret, purpose, secrets.token_hex(16), self._clock())
        try:
            return await self._provider.address_of(flow, self._back_to)
        except IdentityNotProven as error:
            log.warning("oidc.not_asked", reason=str(error))
            raise

    async def flow_of(self, secret: str, state: str, address: str) -> Flow | NotLetIn:
        """The one that somebody comes back from."""
        at = self._clock()
        _, tries = await self._sessions.count_try(_TRIES_OF_ALL, address, at, TRIES_COUNT_FOR)
        if tries > TRIES_PER_ADDRESS:
            return NotLetIn.TOO_MANY
        return resume(secret, state, at) or NotLetIn.NOT_OURS

    async def identity(self, flow: Flow, code: str) -> ExternalIdentity | NotLetIn:
        needed = {self._rules.name, self._rules.role.partition(".")[0]} - {""}
        try:
            return await self._provider.identity(
                flow, code, self._back_to, needed=frozenset(needed)
            )
        except IdentityNotProven as error:
            log.warning("oidc.not_proven", reason=str(error))
            return NotLetIn.NOT_PROVEN

    async def sign_in(self, identity: ExternalIdentity) -> tuple[KeptAccount, str] | NotLetIn:
        """The account, and the new session's token. Roles that come by groups are taken anew."""
        account = await self.links.account(identity.issuer, identity.subject)
        if account is None:
            account_made = await self._made(identity)
            if isinstance(account_made, NotLetIn):
                return account_made
            account = account_made
        elif account.password_hash == _UNHASHED:
            role = role_of(identity.claims, self._rules)
            if role is None:
                return NotLetIn.NO_ROLE
            await self._accounts.set_rights(account.name, role.value, account.queues)
        token = secrets.token_urlsafe(32)
        await self._sessions.begin(token, account.name, self._clock(), LONGEST)
        return account, token

    async def link(self, identity: ExternalIdentity, account: str) -> NotLetIn | None:
        """None: it is connected with the account now."""
        is_linked = await self.links.link(identity.issuer, identity.subject, account, self._clock())
        return None if is_linked else NotLetIn.LINKED

    async def _made(self, identity: ExternalIdentity) -> KeptAccount | NotLetIn:
        role = role_of(identity.claims, self._rules)
        name = name_of(identity.claims, self._rules)
        if role is None or name is None:
            return NotLetIn.UNKNOWN
        account = KeptAccount(name, role.value, None, _UNHASHED)
        if not await self.links.add_linked(
            identity.issuer, identity.subject, account, self._clock()
        ):
            return NotLetIn.NAME_TAKEN
        return account
