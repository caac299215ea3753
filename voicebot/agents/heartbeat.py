"""Tells the guardian, twice a second, which channels this agent process drives.

A call whose driver has ended must be missing here: `calls` is asked anew for each beat.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import NoReturn

from voicebot.ari.client import AriClient
from voicebot.calls.heartbeat import BEAT_EVERY_S, GUARDIAN_APP, HEARTBEAT_EVENT, Beat
from voicebot.calls.model import ChannelId
from voicebot.errors import AsteriskError
from voicebot.telemetry.logs import log_of

log = log_of(__name__)


class Heartbeat:
    """`run` for as long as the process drives calls, the last one's end included."""

    def __init__(
        self, ari: AriClient, agent: str, calls: Callable[[], Iterable[ChannelId]]
    ) -> None:
        self._ari = ari
        self._agent = agent
        self._calls = calls

    async def run(self) -> NoReturn:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        is_heard = True
        while True:
            next_beat_s = loop.time() + BEAT_EVERY_S
            problem = await self._beat(next_beat_s)
            if problem and is_heard:
                # Calls go on without a guardian; it is missed when an agent dies.
                log.warning("agent.heartbeat_not_heard", code=problem)
            elif not problem and not is_heard:
                log.info("agent.heartbeat_heard_again")
            is_heard = not problem
            await asyncio.sleep(next_beat_s - loop.time())

    async def _beat(self, until_s: float) -> str:
        """What kept it from being heard, or ""."""
        beat = Beat.of(self._agent, self._calls())
        try:
            # It is sent at once; a slow answer must not delay the next.
            async with asyncio.timeout_at(until_s):
                await self._ari.events.user_event(
                    HEARTBEAT_EVENT, application=GUARDIAN_APP, variables=beat.to_variables()
                )
        except AsteriskError as error:
            return error.code
        except TimeoutError:
            return "no-answer"
        return ""
