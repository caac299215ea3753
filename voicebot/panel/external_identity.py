"""Who is it that another service has signed in, and what may they do here?

Pure. What a flow needs to be known by again is made of the browser's own secret, so that nothing
is kept meanwhile and nobody else's flow can be ended in this browser (RFC 9700, section 4.7).
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from voicebot.panel.access import Role

# To sign in over there, with whatever factors they ask for.
WITHIN: Final = timedelta(minutes=10)
_LONGEST_NAME: Final = 64
_STRONGEST_FIRST: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.VIEWER)


class Purpose(StrEnum):
    """What somebody has gone over there for."""

    SIGN_IN = "in"
    LINK = "link"  # the identity with the account that they are signed in to


@dataclass(frozen=True, slots=True)
class Flow:
    """One way there and back. RFC 7636: the verifier stays here until the code is redeemed."""

    purpose: Purpose
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Whom an issuer has signed in; `subject` never names anybody else there."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Which claim is the account's name, and which says the role; "" for none."""

    name: str
    role: str
    roles: Mapping[str, Role]


def begin(secret: str, purpose: Purpose, chance: str, at: datetime) -> Flow:
    """`chance`: random, of letters and digits."""
    public = f"{purpose}.{int(at.timestamp())}.{chance}"
    return _flow(secret, purpose, public)


def resume(secret: str, state: str, at: datetime) -> Flow | None:
    """The flow that this browser began; None: it began none such, or too long ago."""
    public, _, _ = state.rpartition(".")
    parts = public.split(".")
    if len(parts) != 3 or parts[0] not in list(Purpose) or not parts[1].isascii():
        return None
    flow = _flow(secret, Purpose(parts[0]), public)
    if not hmac.compare_digest(flow.state.encode(), state.encode()):
        return None
    age_s = at.timestamp() - int(parts[1])
    return flow if -WITHIN.total_seconds() < age_s < WITHIN.total_seconds() else None


def role_of(claims: Mapping[str, Any], rules: ClaimRules) -> Role | None:
    """The strongest of the roles that somebody's groups stand for; None: none of them does."""
    if not rules.role:
        return None
    found: Any = claims
    # Keycloak puts them deeper: realm_access.roles.
    for part in rules.role.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    names = [found] if isinstance(found, str) else found if isinstance(found, Sequence) else ()
    held = {rules.roles[name] for name in names if isinstance(name, str) and name in rules.roles}
    return next((role for role in _STRONGEST_FIRST if role in held), None)


def name_of(claims: Mapping[str, Any], rules: ClaimRules) -> str | None:
    """What an account of theirs is called; None: nothing that can be read aloud."""
    name = claims.get(rules.name)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        return None
    name = name.strip()
    return name if len(name) <= _LONGEST_NAME else None


def _flow(secret: str, purpose: Purpose, public: str) -> Flow:
    return Flow(
        purpose,
        f"{public}.{_derived(secret, 'state', public)}",
        _derived(secret, "nonce", public),
        _derived(secret, "verifier", public),
    )


def _derived(secret: str, use: str, public: str) -> str:
    made = hmac.new(secret.encode(), f"oidc {use} {public}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")
