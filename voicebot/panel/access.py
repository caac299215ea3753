"""Which account may do what, and in which queues?

Pure. A role allows actions, a scope narrows them to queues. What is about the whole call centre
is for whoever is not narrowed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is here for."""

    VIEWER = "viewer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be asked of the panel."""

    SEE_FLOOR = "see-floor"
    SEE_PRIVATE = "see-private"  # callers' numbers and words
    LISTEN = "listen"
    STEER_CALLS = "steer-calls"
    STEER_CALLBACKS = "steer-callbacks"
    SEE_BUSINESS = "see-business"
    EDIT_QUEUES = "edit-queues"
    EDIT_BUSINESS = "edit-business"
    FORCE_DEGRADATION = "force-degradation"
    SEE_AUDIT = "see-audit"
    SEE_COSTS = "see-costs"
    MANAGE_ACCOUNTS = "manage-accounts"
    ERASE_CALLERS = "erase-callers"


_VIEWER: Final = frozenset({Action.SEE_FLOOR})
_SUPERVISOR: Final = _VIEWER | {
    Action.SEE_PRIVATE,
    Action.LISTEN,
    Action.STEER_CALLS,
    Action.STEER_CALLBACKS,
    Action.SEE_COSTS,
    Action.SEE_BUSINESS,
}
ALLOWED: Final[Mapping[Role, Collection[Action]]] = {
    Role.VIEWER: _VIEWER,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: frozenset(Action),
}
# They touch every queue at once.
FOR_THE_WHOLE: Final = frozenset(
    {
        Action.SEE_BUSINESS,
        Action.EDIT_BUSINESS,
        Action.FORCE_DEGRADATION,
        Action.SEE_AUDIT,
        Action.SEE_COSTS,
        Action.MANAGE_ACCOUNTS,
        Action.ERASE_CALLERS,
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks. `queues` are names of queues or DIDs; None: all of them."""

    name: str
    role: Role
    queues: frozenset[str] | None = None


def may(account: Account, action: Action, queue: str | None = None) -> bool:
    """`queue` is `<name>@<DID>`, or `@<DID>` of a call that waits in none; None: in any."""
    if action not in ALLOWED[account.role]:
        return False
    if account.queues is None:
        return True
    if action in FOR_THE_WHOLE:
        return False
    return queue is None or queue in account.queues or queue.partition("@")[2] in account.queues
