"""How loud is this line when nobody speaks?

The quietest frame of the last two seconds is noise: people pause between words, and
stop consonants are pauses too (minimum statistics; R. Martin, "Noise power spectral
density estimation based on optimal smoothing and minimum statistics", IEEE Trans.
Speech and Audio Processing 9(5), 2001). So new noise is learned within two seconds, and
a steady sound of that length counts as noise, whatever it is.
"""

from collections import deque

from voicebot.audio.frames import FRAME_MS
from voicebot.audio.levels import SILENCE_DBFS

WINDOW_MS = 2_000
# The minimum of 100 frames lies this far below the mean of white noise (20 ms at 8 kHz: the
# level of a frame deviates by 0.5 dB).
MINIMUM_BIAS_DB = 1.5


class NoiseFloor:
    """Follows the noise of one line, frame by frame."""

    def __init__(self) -> None:
        self._levels_dbfs: deque[float] = deque(maxlen=WINDOW_MS // FRAME_MS)

    def receive(self, level_dbfs: float) -> float:
        """The floor in dBFS, this frame included."""
        # Digital silence stands for packets that were lost or never sent: no word on the line.
        if level_dbfs > SILENCE_DBFS:
            self._levels_dbfs.append(level_dbfs)
        return min(self._levels_dbfs, default=SILENCE_DBFS) + MINIMUM_BIAS_DB
