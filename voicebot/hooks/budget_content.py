"""What is told of a budget that has come to a threshold?

Pure. The id stays the same however often it is passed on. Money is text: no cent is lost to
rounding on the way.
"""

import json
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from voicebot.costs.budgets import BudgetAlert


def alert_id(alert: BudgetAlert) -> str:
    """Unique and stable; without dots, which the webhook's signature uses as separators."""
    return f"bud_{alert.key.budget}_{alert.key.first.isoformat()}_{alert.key.percent}"


def alert_body(alert: BudgetAlert, reached_at: datetime) -> bytes:
    """The event as JSON."""
    content = {
        "type": "budget.reached",
        "timestamp": reached_at.isoformat(),
        "data": {
            "id": alert_id(alert),
            "budget": alert.key.budget,
            "per": alert.per.value,
            "first_day": alert.key.first.isoformat(),
            "last_day": _last(alert).isoformat(),
            "queue": alert.queue,
            "percent": alert.key.percent,
            "amount": str(alert.amount),
            "spent": str(alert.spent),
            "currency": alert.currency,
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()


def alert_mail(alert: BudgetAlert, reached_at: datetime, *, sender: str, to: str) -> EmailMessage:
    """The same for a person to read."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = f"Budget {alert.key.budget}: {alert.key.percent} % is spent"
    mail["Date"] = format_datetime(reached_at)
    mail["Message-ID"] = f"<{alert_id(alert)}@voicebot.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices, please
    first, last = alert.key.first, _last(alert)
    days = f"{first}" if first == last else f"{first} to {last}"
    lines = [
        f"Budget:  {alert.key.budget} ({'all calls' if alert.queue is None else alert.queue})",
        f"Days:    {days} (UTC)",
        f"Spent:   {alert.spent:.2f} of {alert.amount:.2f} {alert.currency}",
        f"When:    {reached_at:%Y-%m-%d %H:%M} UTC",
        "",
        f"It has come to {alert.key.percent} %. You are told of this once for these days.",
        "Calls go on as before. What they cost: voicebot costs, or the panel's page of costs.",
    ]
    mail.set_content("\n".join(lines) + "\n")
    return mail


def _last(alert: BudgetAlert) -> date:
    return alert.end - timedelta(days=1)
