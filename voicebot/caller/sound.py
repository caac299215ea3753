"""Where is there sound in a recording?

Sound is what rises above a threshold for long enough. The threshold lies 12 dB
above the line's own noise, which is the level that 15 % of the recording stays
below, and within -46 to -32 dBFS: comfort noise (about -60 to -50 dBFS) stays
below it, the quiet ends of spoken words (about -45 dBFS in G.711 speech) above.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Levels = npt.NDArray[np.float64]

RATE_HZ = 8_000
WINDOW_MS = 10
QUIETEST_DBFS = -96.0

NOISE_PERCENTILE = 15
ABOVE_NOISE_DB = 12.0
LOWEST_THRESHOLD_DBFS = -46.0
HIGHEST_THRESHOLD_DBFS = -32.0

# A stop consonant closes the mouth for up to 60 ms; a click lasts less than 40 ms.
CLOSURE_MS = 60
SHORTEST_SOUND_MS = 40


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment of a recording to another, in ms from its beginning."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def levels_dbfs(samples: Samples) -> Levels:
    """The RMS level of each whole window, relative to full scale."""
    window = RATE_HZ * WINDOW_MS // 1000
    whole = len(samples) // window * window
    windows = samples[:whole].reshape(-1, window).astype(np.float64) / 32768.0
    power = np.mean(windows * windows, axis=1)
    levels: Levels = 10.0 * np.log10(np.maximum(power, 10.0 ** (QUIETEST_DBFS / 10.0)))
    return levels


def threshold_dbfs(levels: Levels) -> float:
    """The level above which there is sound and not only noise of the line."""
    if len(levels) == 0:
        return LOWEST_THRESHOLD_DBFS
    noise_dbfs = float(np.percentile(levels, NOISE_PERCENTILE))
    return min(max(noise_dbfs + ABOVE_NOISE_DB, LOWEST_THRESHOLD_DBFS), HIGHEST_THRESHOLD_DBFS)


def joined(spans: Iterable[Span], within_ms: int) -> tuple[Span, ...]:
    """The spans in order; those no further apart than `within_ms` become one."""
    result: list[Span] = []
    for span in spans:
        if result and span.start_ms - result[-1].end_ms <= within_ms:
            result[-1] = Span(result[-1].start_ms, max(result[-1].end_ms, span.end_ms))
        else:
            result.append(span)
    return tuple(result)


def sounds(samples: Samples) -> tuple[Span, ...]:
    """Every sound of the recording, in order; closures are bridged, clicks left out."""
    levels = levels_dbfs(samples)
    is_loud = (levels > threshold_dbfs(levels)).astype(np.int8)
    edges = np.diff(is_loud, prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    loud = (
        Span(int(start) * WINDOW_MS, int(end) * WINDOW_MS)
        for start, end in zip(starts, ends, strict=True)
    )
    return tuple(span for span in joined(loud, CLOSURE_MS) if span.length_ms >= SHORTEST_SOUND_MS)


class LineListener:
    """Says of each frame, as it arrives, whether it holds sound: the caller's live ear.

    The threshold follows the last ten seconds of the line.
    """

    _MEMORY_WINDOWS = 10_000 // WINDOW_MS

    def __init__(self) -> None:
        self._levels: Levels = np.empty(0)

    def is_sound(self, frame: Samples) -> bool:
        levels = levels_dbfs(frame)
        self._levels = np.concatenate((self._levels, levels))[-self._MEMORY_WINDOWS :]
        return bool(np.max(levels, initial=QUIETEST_DBFS) > threshold_dbfs(self._levels))
