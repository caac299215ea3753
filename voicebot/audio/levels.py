"""How loud is a piece of audio?"""

import numpy as np

from voicebot.audio.g711 import Samples

FULL_SCALE = 32_768.0
# Below the quietest 16-bit sample (-90.3 dBFS): digital silence.
SILENCE_DBFS = -100.0


def rms_dbfs(samples: Samples) -> float:
    """Root mean square in dB relative to full scale; SILENCE_DBFS when there is no sound."""
    if samples.size == 0:
        return SILENCE_DBFS
    scaled = samples.astype(np.float32)
    power = float(np.dot(scaled, scaled)) / samples.size / FULL_SCALE**2
    return 10 * float(np.log10(power)) if power > 0 else SILENCE_DBFS
