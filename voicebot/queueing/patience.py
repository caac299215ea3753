"""How soon do callers of this queue give up, as far as was seen?

Whoever was admitted, or took a callback, was more patient than the time waited: such waits are
censored. The hazard is those who gave up divided by the seconds that all callers waited, which is
the likeliest hazard of exponential patience, and the right mean over the waits that occur of any
other. The older observations fade.
"""

# All counts are halved when so many have given up: what is known is of the last 200 to 400.
_MOST = 400.0
# Seconds of waiting without anybody leaving that are supposed at first.
_PRIOR_S = 300.0


class Patience:
    """The hazard of giving up."""

    __slots__ = ("_left", "_waited_s")

    def __init__(self) -> None:
        self._left = self._waited_s = 0.0

    def waited(self, waited_s: float, *, gave_up: bool) -> None:
        """Somebody's wait is over."""
        self._waited_s += waited_s
        self._left += gave_up
        if self._left > _MOST:
            self._left /= 2.0
            self._waited_s /= 2.0

    @property
    def hazard_per_s(self) -> float:
        """How many leave per waiting caller and second."""
        return self._left / (self._waited_s + _PRIOR_S)
