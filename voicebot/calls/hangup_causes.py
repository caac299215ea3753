"""Which hang-up causes (ITU-T Q.850) say that a call was cut off, and not ended by anybody?

A caller's own network may send one of these, too: whoever drives into a tunnel was cut off as well.
"""

from typing import Final

NORMAL_CLEARING: Final = 16
NETWORK_OUT_OF_ORDER: Final = 38  # also ours: the call's Asterisk is gone
DESTINATION_OUT_OF_ORDER: Final = 27  # the trunk is
TEMPORARY_FAILURE: Final = 41
CHANNEL_UNAVAILABLE: Final = 44  # Asterisk says so of a call whose audio stayed away (rtp_timeout)
TIMER_EXPIRED: Final = 102

CUT_OFF: Final = frozenset(
    (
        NETWORK_OUT_OF_ORDER,
        DESTINATION_OUT_OF_ORDER,
        TEMPORARY_FAILURE,
        CHANNEL_UNAVAILABLE,
        TIMER_EXPIRED,
    )
)
