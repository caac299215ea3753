"""Looks at the line and the slots, and has admission decide what becomes of a caller.

When Redis refuses, a caller is let in, slot or not: most often it is back before it is missed.
Once it is known to be gone, as whenever people alone serve callers, nobody who has a queue is. When
it is late, as under load, it is asked again for a while first, and so it is for whoever has waited
already: else a burst of callers would be let in past the line.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from voicebot.agents.clock import Clock
from voicebot.agents.open_queues import OpenQueues
from voicebot.agents.wait_reckoner import WaitReckoner
from voicebot.calls.model import CallId
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.errors import SharedStateError, SharedStateLate
from voicebot.line_ports import Slots, WaitingLines
from voicebot.queueing.admission import (
    PEOPLE_ONLY,
    QueueRules,
    Situation,
    TalkNow,
    Verdict,
    admit,
)
from voicebot.queueing.model import Ahead, QueueName, Rank
from voicebot.telemetry.logs import log_of

ASKED_FOR_S: Final = 3.0
ASK_AGAIN_S: Final = 0.25

# A queue, and the rank and time of arrival there.
Wanted = tuple[QueueName, Rank, float]

log = log_of(__name__)


class Judge:
    """Of one process. What lets a caller talk has taken the slot."""

    def __init__(
        self,
        lines: WaitingLines,
        slots: Slots,
        queues: OpenQueues,
        waits: WaitReckoner,
        clock: Clock,
        degradation_step: Callable[[], int],
    ) -> None:
        self._lines = lines
        self._slots = slots
        self._queues = queues
        self._waits = waits
        self._clock = clock
        self._degradation_step = degradation_step

    async def judge(
        self, call_id: CallId, settings: QueueSettings, wanted: Wanted, *, has_waited: bool
    ) -> Verdict | None:
        """None: nobody can tell, and has not been able to for a while."""
        until = asyncio.get_running_loop().time() + ASKED_FOR_S
        while True:
            try:
                return await self._judge(call_id, settings, wanted, has_waited=has_waited)
            except SharedStateError as error:
                may_wait = has_waited or isinstance(error, SharedStateLate)
                if not may_wait or asyncio.get_running_loop().time() >= until:
                    log.error("admission.not_known", call_id=call_id, code=error.code)
                    return None
            await asyncio.sleep(ASK_AGAIN_S)

    async def _judge(
        self, call_id: CallId, settings: QueueSettings, wanted: Wanted, *, has_waited: bool
    ) -> Verdict:
        queue, rank, at_s = wanted
        step, ahead, waiting, has_slot = self._degradation_step(), Ahead(), 0, False
        if step < PEOPLE_ONLY:
            ahead = await self._lines.before(self._queues.open(), rank, at_s)
            waiting = await self._lines.waiting(queue)
            may_talk = ahead.total == 0 and not self._queues.is_paused(queue)
            # Taken rather than counted: what is counted may be gone by the time that it is taken.
            has_slot = may_talk and await self._slots.acquire(call_id)
        hours, at = settings.hours, self._clock.at()
        estimate = self._waits.expected(rank, ahead)
        rules = QueueRules(
            settings.max_waiting,
            settings.callbacks,
            settings.overflow,
            settings.offer_callback_above_s,
        )
        verdict = admit(
            rules,
            Situation(
                rank=rank,
                is_open=hours is None or hours.are_open(at),
                free_slots=int(has_slot),
                waiting=waiting,
                waiting_before=ahead.total,
                degradation_step=step,
                estimated_wait_s=None if estimate is None else estimate.point_s,
                has_waited=has_waited,
                is_paused=self._queues.is_paused(queue),
            ),
        )
        if has_slot and not isinstance(verdict, TalkNow):
            await self._slots.release(call_id)
        return verdict
