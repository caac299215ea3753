"""Which program asks, and may it, by the token that it shows?

A token acts for an account: within that one's role and queues, and within scopes of its own.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicebot.panel.access import Account, Action, Role, may
from voicebot.store.accounts import KeptAccount
from voicebot.store.api_tokens import ApiToken

PREFIX: Final = "vb_"
# Of one token; more is a program gone wild.
MOST_A_MINUTE: Final = 300


class Scope(StrEnum):
    """What a token is for."""

    READ_CALLBACKS = "callbacks:read"
    WRITE_CALLBACKS = "callbacks:write"
    READ_CALLS = "calls:read"
    READ_FLOOR = "floor:read"
    STEER_CALLS = "calls:steer"  # those on the floor
    READ_QUEUES = "queues:read"
    STEER_QUEUES = "queues:steer"
    STEER_SERVICE = "service:steer"
    READ_BUSINESS = "business:read"
    WRITE_BUSINESS = "business:write"
    READ_COSTS = "costs:read"
    READ_AUDIT = "audit:read"
    ERASE_CALLERS = "callers:erase"


NEEDED: Final[Mapping[Scope, Action]] = {
    Scope.READ_CALLBACKS: Action.SEE_FLOOR,
    Scope.WRITE_CALLBACKS: Action.STEER_CALLBACKS,
    Scope.READ_CALLS: Action.SEE_FLOOR,
    Scope.READ_FLOOR: Action.SEE_FLOOR,
    Scope.STEER_CALLS: Action.STEER_CALLS,
    Scope.READ_QUEUES: Action.SEE_FLOOR,
    Scope.STEER_QUEUES: Action.STEER_CALLS,
    Scope.STEER_SERVICE: Action.FORCE_DEGRADATION,
    Scope.READ_BUSINESS: Action.SEE_BUSINESS,
    Scope.WRITE_BUSINESS: Action.EDIT_BUSINESS,
    Scope.READ_COSTS: Action.SEE_COSTS,
    Scope.READ_AUDIT: Action.SEE_AUDIT,
    Scope.ERASE_CALLERS: Action.ERASE_CALLERS,
}


@dataclass(frozen=True, slots=True)
class Program:
    """Who asks."""

    token: ApiToken
    kept: KeptAccount

    @property
    def account(self) -> Account:
        return Account(self.kept.name, Role(self.kept.role), self.kept.queues)


def bearer_of(header: str | None) -> str | None:
    """The token of an Authorization header (RFC 6750); None: there is none."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def is_allowed(program: Program, scope: Scope) -> bool:
    return scope.value in program.token.scopes and may(program.account, NEEDED[scope])


class Pace:
    """How often each token was used in this minute and the last. `now` is monotonic seconds."""

    def __init__(self, most_a_minute: int = MOST_A_MINUTE) -> None:
        self._most = most_a_minute
        self._minute = 0
        self._uses: dict[str, int] = defaultdict(int)

    def is_too_fast(self, name: str, now: float) -> bool:
        minute = int(now // 60)
        if minute != self._minute:
            self._minute = minute
            self._uses.clear()
        self._uses[name] += 1
        return self._uses[name] > self._most
