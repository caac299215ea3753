"""May an account be changed like this?

Pure. Nobody takes their own rights away, so that there is always one who can give them back.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from voicebot.panel.access import Role

LONGEST_NAME: Final = 64
_QUEUES_AT_MOST: Final = 100
_LONGEST_QUEUE: Final = 128


class NotChanged(StrEnum):
    """Why an account stays as it is; the catalogue has a text for each."""

    NAME = "name"
    ROLE = "role"
    QUEUES = "queues"
    TAKEN = "taken"
    OWN = "own"  # one's own
    GONE = "gone"


def name_fault(name: str) -> NotChanged | None:
    """It is read aloud, and stands in the audit log."""
    is_good = 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()
    return None if is_good else NotChanged.NAME


def role_of(name: str) -> Role | NotChanged:
    return Role(name) if name in list(Role) else NotChanged.ROLE


def queues_of(text: str) -> frozenset[str] | NotChanged | None:
    """One a line or behind a comma, as `voicebot account add` takes them; None: all of them."""
    named = frozenset(one.strip() for one in text.replace(",", "\n").splitlines()) - {""}
    if len(named) > _QUEUES_AT_MOST or any(not _is_queue(one) for one in named):
        return NotChanged.QUEUES
    return named or None


def shown_queues(queues: frozenset[str] | None) -> str:
    """What `queues_of` reads."""
    return "" if queues is None else "\n".join(sorted(queues))


def own_fault(own: str, changed: str) -> NotChanged | None:
    """Others may always be changed."""
    return NotChanged.OWN if own == changed else None


def first(*faults: object) -> NotChanged | None:
    """The first that is one."""
    found: Sequence[NotChanged] = [one for one in faults if isinstance(one, NotChanged)]
    return found[0] if found else None


def _is_queue(name: str) -> bool:
    """A DID, or a queue's name with its DID."""
    return len(name) <= _LONGEST_QUEUE and name.isprintable() and " " not in name
