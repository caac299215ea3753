"""Who goes before whom?

By what the business's file says of the caller's number or of the number that was rung, and by what
the caller is owed. A caller's number can be forged, so all of it gives a place in the line, and
nothing else.
"""

from typing import Final

from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.callbacks import BEFORE_DIALLING, Callback
from voicebot.queueing.model import Rank

# Nobody stands behind the ticket of the own callback.
_BEFORE_THE_TICKET_S: Final = 0.001


def rank_of(settings: QueueSettings, caller_number: str, did: str) -> Rank:
    """Numbers as E.164; "" is a withheld one."""
    is_vip = (caller_number != "" and caller_number in settings.vip_numbers) or did in (
        settings.vip_dids
    )
    return Rank.VIP if is_vip else Rank.REGULAR


def entry(
    settings: QueueSettings, caller_number: str, did: str, at_s: float, owed: Callback | None
) -> tuple[Rank, float]:
    """The rank, and the arrival that counts, of whoever rings at `at_s` (epoch seconds).

    `owed`: the caller's open callback. Its place is kept for whoever does not wait for it to ring.
    Whoever was rung in vain, and rings back, goes before others; to have booked, or to have hung
    up, is no reason to: anybody could do so to get ahead.
    """
    rank = rank_of(settings, caller_number, did)
    if owed is None or owed.state not in BEFORE_DIALLING:
        return rank, at_s
    kept = owed.place.rank
    if owed.attempts and kept > Rank.RETURNING:
        kept = Rank.RETURNING
    return min(rank, kept), min(at_s, owed.place.arrived_at_s - _BEFORE_THE_TICKET_S)
