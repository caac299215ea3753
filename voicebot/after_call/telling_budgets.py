"""Tells those whom the file of prices names how far budgets have come, until each was told or is
given up.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from voicebot.calls.delivery import Hook, wait_after
from voicebot.costs.budgets import AlertReceivers
from voicebot.costs.prices import Prices
from voicebot.errors import DeliveryFailed
from voicebot.hooks.budget_content import alert_body, alert_id, alert_mail
from voicebot.hooks.mail import Mail
from voicebot.hooks.webhook import Webhook
from voicebot.store.budget_alerts import DueAlert, SqlBudgetAlerts
from voicebot.telemetry.logs import log_of

TELL_EVERY_S: Final = 5.0
# Told at once, so that a receiver that does not answer holds up few.
BATCH: Final = 10

log = log_of("records")


class TellingBudgets:
    """One round after another over the alerts."""

    def __init__(
        self,
        alerts: SqlBudgetAlerts,
        webhook: Webhook,
        mail: Mail,
        load: Callable[[], Prices],
    ) -> None:
        self._alerts = alerts
        self._webhook = webhook
        self._mail = mail
        self._load = load

    async def run(self, at: datetime) -> None:
        """Raises StoreError, or ConfigurationError while nobody can say who is to be told."""
        receivers = (await asyncio.to_thread(self._load)).alerts
        due = await self._alerts.claim(at, BATCH)
        tried = await asyncio.gather(
            *(self._tell(one, receivers, at) for one in due), return_exceptions=True
        )
        for result in tried:
            if isinstance(result, BaseException):
                raise result

    async def _tell(self, due: DueAlert, receivers: AlertReceivers, at: datetime) -> None:
        name, hook = alert_id(due.alert), due.hook.value
        try:
            was_wanted = await self._pass_on(due, receivers, at)
        except DeliveryFailed as error:
            wait = wait_after(due.attempts)
            await self._alerts.failed(due, error.reason, None if wait is None else at + wait)
            note = log.error if wait is None else log.warning
            event = "budget.alert_given_up" if wait is None else "budget.alert_not_told"
            note(event, alert=name, hook=hook, attempts=due.attempts, reason=error.reason)
            return
        if not was_wanted:
            await self._alerts.unwanted(due)
            return
        await self._alerts.delivered(due, at)
        log.info("budget.alert_told", alert=name, hook=hook, attempts=due.attempts)

    async def _pass_on(self, due: DueAlert, receivers: AlertReceivers, at: datetime) -> bool:
        """False: nobody is to be told this way."""
        match due.hook:
            case Hook.WEBHOOK if receivers.webhook is not None:
                body = alert_body(due.alert, due.reached_at)
                await self._webhook.post(alert_id(due.alert), body, receivers.webhook, at)
            case Hook.EMAIL if receivers.email is not None:
                await self._mail.send(
                    alert_mail(
                        due.alert, due.reached_at, sender=self._mail.sender, to=receivers.email
                    )
                )
            case _:
                return False
        return True
