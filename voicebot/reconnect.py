"""How long to wait before the next attempt to reach Asterisk?

Exponential backoff with "equal jitter" (Brooker, "Exponential Backoff and Jitter",
AWS Architecture Blog, 2015): half of the delay is certain, half is rolled, so that
the clients of a node that restarts do not all come back in the same instant, and
none hammers it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    # An Asterisk that merely cut the socket is back at once; its callers are waiting.
    first_s: float = 0.1
    most_s: float = 5.0

    def delay_s(self, failures: int, dice: float) -> float:
        """After so many failures in a row (from 0); `dice` is rolled in [0, 1)."""
        # The exponent is capped because 2.0 ** 1024 overflows after a long outage.
        delay_s = min(self.most_s, self.first_s * 2.0 ** min(failures, 60))
        return delay_s / 2 * (1 + dice)


DEFAULT_BACKOFF = Backoff()
