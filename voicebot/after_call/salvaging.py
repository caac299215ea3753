"""Puts calls on record whose agents died, from what those saved at each step.

Needs Redis; while that is away the CDR's stub stands, and the next round tries again.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from pydantic import ValidationError

from voicebot.calls.follow_up import business_of
from voicebot.calls.model import CallId, CallRecord
from voicebot.calls.salvage import salvaged
from voicebot.calls.session import load_context
from voicebot.dialogue.business import Business
from voicebot.ports import CallContexts
from voicebot.store.calls import SqlCallRecords
from voicebot.store.follow_ups import SqlFollowUps
from voicebot.telemetry.logs import log_of

log = log_of("records")


class Salvaging:
    """One round after another over the calls that no agent has put on record."""

    def __init__(
        self,
        follow_ups: SqlFollowUps,
        records: SqlCallRecords,
        contexts: CallContexts,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
    ) -> None:
        self._follow_ups = follow_ups
        self._records = records
        self._contexts = contexts
        self._businesses = businesses
        # Most calls without a record had no agent: their contexts are looked for once.
        self._looked_for: set[CallId] = set()

    async def run(self, at: datetime) -> None:
        """Raises StoreError, SharedStateError or BusinessFileInvalid."""
        stubs = await self._follow_ups.to_salvage(at)
        self._looked_for &= {stub.facts.call_id for stub in stubs}
        for stub in stubs:
            if stub.facts.call_id not in self._looked_for:
                await self._salvage(stub)
                self._looked_for.add(stub.facts.call_id)

    async def _salvage(self, stub: CallRecord) -> None:
        call_id = stub.facts.call_id
        saved = await self._contexts.load(call_id)
        if saved is None:
            return
        business = business_of(stub, await self._businesses())
        if business is None:
            log.warning("call.not_salvaged", call_id=call_id, reason="business-unknown")
            return
        try:
            context = load_context(saved)
        except ValidationError as error:
            # Of a release whose contexts were different; its text quotes what was said.
            log.warning(
                "call.not_salvaged", call_id=call_id, reason="context", faults=error.error_count()
            )
            return
        record = salvaged(context, stub, business)
        if await self._records.complete(record):
            log.info("call.salvaged", call_id=call_id, turns=len(record.turns))
        await self._contexts.forget(call_id)
