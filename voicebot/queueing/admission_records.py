"""What is kept of an admission: what was decided about a caller, why, and how the wait went."""

from dataclasses import dataclass
from datetime import datetime

from voicebot.calls.model import CallId
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding


@dataclass(frozen=True, slots=True)
class AdmissionRecord:
    """One verdict about one call; the wait, where there was one."""

    call_id: CallId
    judged_at: datetime
    queue: QueueName
    rank: Rank
    verdict: str
    reason: str
    position: int | None = None  # at the beginning of the wait
    # What was told then; None: the position alone.
    told_low_s: float | None = None
    told_high_s: float | None = None
    told_point_s: float | None = None
    waited_s: float | None = None
    ended: WaitEnding | None = None  # None: did not wait, waits still, or was lost
