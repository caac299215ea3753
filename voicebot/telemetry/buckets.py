"""Into which ranges are times sorted that are counted?

Closest together around the budget of a turn: 60 ms for a stage, 400 ms for the whole at the
caller's ear with a GPU, 600 and 900 without. The library's Python client has no native histograms.
"""

from typing import Final

# One stage of a turn, one answer of a worker.
STAGE_S: Final = (
    0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.5, 5.0,
    10.0,
)  # fmt: skip
# A whole turn, or the way to the greeting.
TURN_S: Final = (
    0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0,
    10.0,
)  # fmt: skip
# Redis, database, Asterisk: 2 to 3 ms when all is well, seconds when a deadline passes.
REQUEST_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
# By how much a process is late; a frame is 20 ms.
LAG_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1.0)
# What people spend waiting or talking.
PATIENCE_S: Final = (5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1_800, 3_600)
