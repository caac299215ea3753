"""Tells a business's own systems how callbacks ended, until each was told or is given up.

Whoever was promised a call and not reached may be written to by whatever stands behind the webhook.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from voicebot.calls.delivery import wait_after
from voicebot.calls.follow_up import business_named
from voicebot.dialogue.business import Business
from voicebot.errors import DeliveryFailed
from voicebot.hooks.callback_content import ending_body, ending_id
from voicebot.hooks.webhook import Webhook
from voicebot.store.callback_endings import DueEnding, SqlCallbackEndings
from voicebot.telemetry.logs import log_of

# Told at once, so that a receiver that does not answer holds up few.
BATCH: Final = 10

log = log_of("records")


class TellingEndings:
    """One round after another over the endings."""

    def __init__(
        self,
        endings: SqlCallbackEndings,
        webhook: Webhook,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
    ) -> None:
        self._endings = endings
        self._webhook = webhook
        self._businesses = businesses

    async def run(self, at: datetime) -> None:
        """Raises StoreError or BusinessFileInvalid."""
        businesses = await self._businesses()
        due = await self._endings.claim(at, BATCH)
        tried = await asyncio.gather(
            *(self._tell(one, businesses, at) for one in due), return_exceptions=True
        )
        for result in tried:
            if isinstance(result, BaseException):
                raise result

    async def _tell(self, due: DueEnding, businesses: Sequence[Business], at: datetime) -> None:
        ending = due.ending
        business = business_named(ending.request.business, businesses)
        url = None if business is None or business.callbacks is None else business.callbacks.webhook
        if url is None:
            await self._endings.unwanted(due)
            return
        try:
            await self._webhook.post(ending_id(ending), ending_body(ending), url, at)
        except DeliveryFailed as error:
            wait = wait_after(due.attempts)
            await self._endings.failed(due, error.reason, None if wait is None else at + wait)
            note = log.error if wait is None else log.warning
            event = "callback.ending_given_up" if wait is None else "callback.ending_not_told"
            note(event, call_id=ending.request.call_id, attempts=due.attempts, reason=error.reason)
            return
        await self._endings.told(due)
        log.info("callback.ending_told", call_id=ending.request.call_id, attempts=due.attempts)
