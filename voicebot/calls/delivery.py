"""When is a message tried again that could not be passed on?

Pure. Waits double, from seconds to hours, so that a receiver that restarts gets its messages at
once and one that is down over night still gets them in the morning.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=6)
# With these waits about a day and a half passes before the last.
MAX_ATTEMPTS: Final = 17


class Hook(StrEnum):
    """A way out for messages."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class DeliveryState(StrEnum):
    """What became of passing a message on."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"  # tried as often as makes sense; a person must look
    UNWANTED = "unwanted"  # the business names nobody to tell this way


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed; None: that was the last."""
    if attempts >= MAX_ATTEMPTS:
        return None
    doublings = min(attempts - 1, 20)  # beyond that the longest wait is long reached
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
