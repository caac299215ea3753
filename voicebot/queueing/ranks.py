"""Who goes before whom?

By what the business's file says of the caller's number or of the number that was rung. A caller's
number can be forged, so a rank gives a place in the line, and nothing else.
"""

from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.model import Rank


def rank_of(settings: QueueSettings, caller_number: str, did: str) -> Rank:
    """Numbers as E.164; "" is a withheld one."""
    is_vip = (caller_number != "" and caller_number in settings.vip_numbers) or did in (
        settings.vip_dids
    )
    return Rank.VIP if is_vip else Rank.REGULAR
