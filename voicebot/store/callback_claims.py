"""Who acts on a callback?

One dialler at a time: a claim is taken by one statement, holds for a lease, and counts up an
epoch. Whatever is written of a callback names the epoch it was claimed under, so that a dialler
whose lease went to another writes nothing any more, and learns it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update

from voicebot.queueing.callbacks import ON_A_CALL, OPEN, Callback, CallbackState
from voicebot.store.callback_rows import WAITING, callback_of, values_of
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database

_OPEN: Final = tuple(state.value for state in OPEN)
_ON_A_CALL: Final = tuple(state.value for state in ON_A_CALL)
# No call lasts so long: its node is gone, and what came of it with it.
ELSEWHERE_GIVEN_UP_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act on a callback, while the lease lasts."""

    callback: Callback
    holder: str
    epoch: int

    @property
    def was_begun(self) -> bool:
        """Whether somebody acted on it before, and did not end."""
        return self.callback.state is not CallbackState.BOOKED


class SqlCallbackClaims:
    """Claims on callbacks in the database. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, holder: str, node: str, at: datetime, lease: timedelta) -> Claim | None:
        """The first in the line of those that are due and that nobody acts on.

        `node`: the Asterisk that the holder can ask. What may ring at another's is left to those
        who can look there, until that is hopeless.
        """
        may_ring_elsewhere = requests.c.state.in_(_ON_A_CALL) & ~requests.c.channel_id.startswith(
            f"{node}-", autoescape=True
        )
        is_given_up = requests.c.claimed_until <= at - ELSEWHERE_GIVEN_UP_AFTER
        is_free = requests.c.claimed_until.is_(None) | (requests.c.claimed_until <= at)
        first = (
            select(requests.c.call_id)
            .where(
                requests.c.status == WAITING,
                requests.c.state.in_(_OPEN),
                requests.c.due_at <= at,
                is_free,
                ~may_ring_elsewhere | is_given_up,
            )
            .order_by(
                requests.c.rank, requests.c.arrived_at_s, requests.c.ticket, requests.c.call_id
            )
            .limit(1)
            # Two that ask at once get two different ones (SQLite: one after the other anyway).
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(requests)
            .where(requests.c.call_id == first.scalar_subquery())
            .values(
                claimed_by=holder,
                claimed_until=at + lease,
                claim_epoch=requests.c.claim_epoch + 1,
            )
            .returning(*requests.c)
        )
        async with self._database.writing("claim callback") as connection:
            row = (await connection.execute(taken)).mappings().one_or_none()
        return None if row is None else Claim(callback_of(row), holder, row["claim_epoch"])

    async def renew(self, claim: Claim, until: datetime) -> bool:
        """False: it is another's by now, or nobody's."""
        renewing = update(requests).where(_is_ours(claim)).values(claimed_until=until)
        async with self._database.writing("renew claim") as connection:
            return bool((await connection.execute(renewing)).rowcount)

    async def keep(self, claim: Claim, callback: Callback, at: datetime) -> bool:
        """Writes how far it is; the claim ends with what is booked for later, or closed.

        False: it is another's by now, or was withdrawn: nothing was written.
        """
        values = values_of(callback)
        if callback.state is CallbackState.BOOKED or not callback.is_open:
            values |= {"claimed_by": None, "claimed_until": None}
        if not callback.is_open:
            values["closed_at"] = at
        async with self._database.writing("keep callback") as connection:
            written = await connection.execute(
                update(requests).where(_is_ours(claim)).values(values)
            )
        return bool(written.rowcount)


def _is_ours(claim: Claim) -> ColumnElement[bool]:
    return (
        (requests.c.call_id == claim.callback.callback_id)
        & (requests.c.claim_epoch == claim.epoch)
        & (requests.c.claimed_by == claim.holder)
        & (requests.c.status == WAITING)
    )
