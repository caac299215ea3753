"""Between which bounds does a wait lie, with the stated coverage?

A sum of exponential times is nearly gamma distributed, and the cube root of a gamma variate is
nearly normal (E. Wilson, M. Hilferty, PNAS 17, 1931): with shape a = mean^2 / variance,

    z = 3 sqrt(a) ((wait / mean)^(1/3) - 1 + 1 / 9a).

Which z leave a tenth of the waits below and above is not believed but learned: after each wait that
became known a bound moves by a small step, up or down in the proportion that holds its share
(adaptive conformal inference; I. Gibbs, E. Candes, NeurIPS 2021). So the coverage is kept in the
long run, whatever is wrong with the model.
"""

from math import sqrt

COVERAGE = 0.8
_TAIL = (1.0 - COVERAGE) / 2.0
# Of the normal distribution, from which learning starts.
_NORMAL_TENTH = 1.2816
# Steps get shorter as more is known, but never so short that a change of the world is missed.
_FIRST_STEP = 0.3
_LAST_STEP = 0.04
_WIDEST = 4.0


class RangeOfWaits:
    """The two learned bounds of one queue."""

    __slots__ = ("_high", "_low", "_seen")

    def __init__(self) -> None:
        self._low, self._high = -_NORMAL_TENTH, _NORMAL_TENTH
        self._seen = 0

    def bounds_s(self, mean_s: float, shape: float) -> tuple[float, float]:
        """The range that holds the wait with the stated coverage."""
        middle = 1.0 - 1.0 / (9.0 * shape)
        width = 1.0 / (3.0 * sqrt(shape))
        low = max(middle + self._low * width, 0.0)
        high = max(middle + self._high * width, low)
        return mean_s * low**3, mean_s * high**3

    def learn(self, wait_s: float, low_s: float, high_s: float) -> None:
        """One who had been told these bounds turned out to wait so long.

        By the bounds as told: those of now have been moved by neighbours with the same luck.
        """
        self._seen += 1
        step = max(_FIRST_STEP / sqrt(self._seen), _LAST_STEP)
        low = self._low + step * (_TAIL - (wait_s < low_s))
        high = self._high + step * (1.0 - _TAIL - (wait_s <= high_s))
        self._low = min(max(low, -_WIDEST), 0.0)
        self._high = max(min(high, _WIDEST), 0.0)
