"""At which place does a caller who rings now come into the line?

Asked of the database, which is not waited for: whoever may be owed a call comes in like anybody.
"""

import asyncio
from datetime import datetime
from typing import Final

from voicebot.calls.model import CallFacts
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.errors import StoreError
from voicebot.line_ports import OwedCallbacks
from voicebot.queueing.model import Rank
from voicebot.queueing.ranks import entry
from voicebot.telemetry.logs import log_of

# A part of the time in which the first of a line is to be let in.
KNOWN_WITHIN_S: Final = 0.1

log = log_of(__name__)


class NobodyIsOwed:
    """Fulfils `OwedCallbacks` where there are none."""

    async def owed_to(self, business: str, number: str) -> None:
        return None


async def entry_of(
    owed: OwedCallbacks,
    facts: CallFacts,
    business: Business,
    settings: QueueSettings,
    at: datetime,
) -> tuple[Rank, float]:
    """The rank, and the arrival in epoch seconds."""
    found = None
    if facts.caller_number:
        try:
            async with asyncio.timeout(KNOWN_WITHIN_S):
                found = await owed.owed_to(business.name, facts.caller_number)
        except StoreError as error:
            log.warning("line.owed_not_known", call_id=facts.call_id, code=error.code)
        except TimeoutError:
            log.warning("line.owed_not_known", call_id=facts.call_id, code="timeout")
    return entry(settings, facts.caller_number, facts.called_number, at.timestamp(), found)
