"""Calls that went down with their Asterisk: nobody else will ever say that they are over.

Looked for beside each Asterisk, which is asked what it still has. A call that it does not know,
and of which no CDR came either, was cut off; so it is put on record, from what its agent saved,
and its caller is rung back like anybody who was cut off.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from voicebot.calls.follow_up import business_of
from voicebot.calls.hangup_causes import NETWORK_OUT_OF_ORDER
from voicebot.calls.model import CallFacts, CallId, CallRecord, HandledBy, Outcome
from voicebot.calls.session import load_context
from voicebot.dialogue.business import Business
from voicebot.ports import CallContexts
from voicebot.store.lost_calls import SqlLostCalls
from voicebot.telemetry.logs import log_of

# Longer than a CDR takes into the database, and an agent to put its call on record.
MISSED_FOR: Final = timedelta(seconds=3)

# The channels that Asterisk has; raises AsteriskError while it is away.
Channels = Callable[[], Awaitable[Sequence[str]]]

log = log_of("records")


class Losing:
    """One round after another over the calls that have no CDR."""

    def __init__(
        self,
        lost: SqlLostCalls,
        contexts: CallContexts,
        channels: Channels,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        node_name: str,
    ) -> None:
        self._lost = lost
        self._contexts = contexts
        self._channels = channels
        self._businesses = businesses
        self._node_name = node_name
        self._missed_since: dict[CallId, datetime] = {}

    async def run(self, at: datetime) -> None:
        """Raises StoreError, SharedStateError, AsteriskError or BusinessFileInvalid."""
        given_up = await self._lost.end_given_up(at)
        if given_up:
            log.warning("calls.lost_with_asterisk", calls=given_up)
        doubtful = await self.unfinished(self._node_name, at)
        if not doubtful:
            self._missed_since.clear()
            return
        present = set(await self._channels())
        missed = [call_id for call_id in doubtful if call_id not in present]
        self._missed_since = {one: self._missed_since.get(one, at) for one in missed}
        for call_id, since in list(self._missed_since.items()):
            # A clock that was set back begins anew.
            if not timedelta(0) <= at - since:
                self._missed_since[call_id] = at
            elif at - since >= MISSED_FOR:
                await self.end(call_id, at)

    async def unfinished(self, node: str, at: datetime) -> Sequence[CallId]:
        """A node's calls of which no CDR came."""
        return await self._lost.without_cdr(node, await self._contexts.kept(), at)

    async def end(self, call_id: CallId, at: datetime) -> None:
        """Says that it is over."""
        saved = await self._contexts.load(call_id)
        stub: CallRecord | None = None
        if saved is not None:
            try:
                facts = load_context(saved).facts
            except ValidationError as error:
                # Of a release whose contexts were different; its text quotes what was said.
                log.warning("call.context_unread", call_id=call_id, faults=error.error_count())
            else:
                stub = await self._stub(facts, at)
        if await self._lost.end(call_id, stub, at):
            log.warning("call.lost_with_asterisk", call_id=call_id)

    async def _stub(self, facts: CallFacts, at: datetime) -> CallRecord:
        """Until its context is salvaged, as with any agent that died."""
        stub = CallRecord(
            facts=facts,
            business="",
            agent="",
            handled_by=HandledBy.AGENT,
            started_at=at,
            answered_at=None,
            ended_at=at,
            outcome=Outcome.FAILED,
            hangup_cause=NETWORK_OUT_OF_ORDER,
        )
        business = business_of(stub, await self._businesses())
        return stub if business is None else replace(stub, business=business.name)
