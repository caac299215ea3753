"""Which of the keys that reach us did the caller press?

A key comes as a signal (RFC 4733 or SIP INFO; Asterisk tells both alike) or in band, as tones,
and some gateways send it both ways. One way counts per call: in band until the first signal,
and signals alone from then on. A key that had counted in band by the time its signal came
is not counted again.

Asterisk does not say whether telephone-event was negotiated (22.10), so what arrives decides.
"""

from collections import deque
from enum import StrEnum

# A signal trails its tones by as long as the key is held, and INFO by its way through proxies.
LONGEST_TRAIL_S = 2.0


class KeyPath(StrEnum):
    """How a key reached us."""

    SIGNAL = "signal"
    IN_BAND = "in_band"


class KeySource:
    """Takes the keys of one call by every path; passes each press on once, in order."""

    def __init__(self) -> None:
        self._is_signalled = False
        # Counted in band, and perhaps to be signalled yet: key, when.
        self._unconfirmed: deque[tuple[str, float]] = deque()

    def receive(self, key: str, path: KeyPath, now: float) -> str | None:
        """The key, if it is a press that did not count before."""
        if path is KeyPath.IN_BAND:
            if self._is_signalled:
                return None
            self._unconfirmed.append((key, now))
            return key
        self._is_signalled = True
        while self._unconfirmed and now - self._unconfirmed[0][1] > LONGEST_TRAIL_S:
            self._unconfirmed.popleft()
        if self._unconfirmed and self._unconfirmed[0][0] == key:
            self._unconfirmed.popleft()
            return None
        return key
