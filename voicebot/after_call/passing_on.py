"""Passes messages on to whom their business names, until each has arrived or is given up.

Never in the path of a call: it works off the outbox that messages are written with.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from voicebot.calls.delivery import Hook, wait_after
from voicebot.calls.follow_up import business_named
from voicebot.dialogue.business import Business
from voicebot.errors import DeliveryFailed
from voicebot.hooks.mail import Mail
from voicebot.hooks.webhook import Webhook
from voicebot.store.outbox import DueDelivery, SqlOutbox
from voicebot.telemetry.logs import log_of

# Passed on at once, so that a receiver that does not answer holds up few.
BATCH = 10

log = log_of("records")


class PassingOn:
    """One round after another over the outbox."""

    def __init__(
        self,
        outbox: SqlOutbox,
        webhook: Webhook,
        mail: Mail,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
    ) -> None:
        self._outbox = outbox
        self._webhook = webhook
        self._mail = mail
        self._businesses = businesses

    async def run(self, at: datetime) -> None:
        """Raises StoreError or BusinessFileInvalid."""
        businesses = await self._businesses()
        due = await self._outbox.claim(at, BATCH)
        tried = await asyncio.gather(
            *(self._try(one, businesses, at) for one in due), return_exceptions=True
        )
        for result in tried:
            if isinstance(result, BaseException):
                raise result

    async def _try(self, due: DueDelivery, businesses: Sequence[Business], at: datetime) -> None:
        call_id, hook = due.message.call_id, due.hook.value
        try:
            was_wanted = await self._pass_on(due, businesses, at)
        except DeliveryFailed as error:
            wait = wait_after(due.attempts)
            await self._outbox.failed(due, error.reason, None if wait is None else at + wait)
            note = log.error if wait is None else log.warning
            event = "message.given_up" if wait is None else "message.not_passed_on"
            note(event, call_id=call_id, hook=hook, attempts=due.attempts, reason=error.reason)
            return
        if not was_wanted:
            await self._outbox.unwanted(due)
            return
        await self._outbox.delivered(due, at)
        log.info("message.passed_on", call_id=call_id, hook=hook, attempts=due.attempts)

    async def _pass_on(
        self, due: DueDelivery, businesses: Sequence[Business], at: datetime
    ) -> bool:
        """False: the business names nobody to tell this way."""
        business = business_named(due.message.business, businesses)
        if business is None:
            raise DeliveryFailed("business-unknown")
        match due.hook:
            case Hook.WEBHOOK if business.notify.webhook is not None:
                await self._webhook.pass_on(
                    due.message, business.notify.webhook, at, is_transcribed=due.is_transcribed
                )
            case Hook.EMAIL if business.notify.email is not None:
                await self._mail.pass_on(
                    due.message, business.notify.email, is_transcribed=due.is_transcribed
                )
            case _:
                return False
        return True
