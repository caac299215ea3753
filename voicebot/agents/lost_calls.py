"""Which calls went down with their Asterisk?

A call that Asterisk does not know any more has ended, one way or another. It was cut off if that
Asterisk began after it, or if it is away for so long that nobody can be on it any more.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, NoReturn, Protocol

from voicebot.ari.client import AriClient
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import NETWORK_OUT_OF_ORDER, NORMAL_CLEARING
from voicebot.errors import AriDisconnected, AsteriskError
from voicebot.telemetry.logs import log_of

# A supervisor starts an Asterisk that died again within seconds; and the guardian beside one that
# we alone have lost brings its callers to the dialplan meanwhile.
GIVEN_UP_AFTER_S: Final = 10.0
LOOK_EVERY_S: Final = 0.5

log = log_of(__name__)


class Lost(Protocol):
    """A call that may be lost."""

    started_at: datetime

    def post(self, event: on.CallEvent) -> None: ...


class LostCalls:
    """Of one agent process. `run` until cancelled."""

    def __init__(self, ari: AriClient) -> None:
        self._ari = ari

    async def end(self, missing: Sequence[Lost]) -> None:
        """These are not in Asterisk, which has just been asked."""
        if not missing:
            return
        try:
            began_at: datetime | None = (await self._ari.asterisk.get_info()).started_at
        except AriDisconnected:
            return  # they are compared again as soon as Asterisk is back
        except AsteriskError as error:
            log.warning("agent.asterisk_unknown", code=error.code)
            began_at = None
        for call in missing:
            was_cut_off = began_at is not None and began_at > call.started_at
            call.post(on.HungUp(NETWORK_OUT_OF_ORDER if was_cut_off else NORMAL_CLEARING))

    async def run(self, calls: Callable[[], Iterable[Lost]]) -> NoReturn:
        """Ends all calls of an Asterisk that stays away."""
        away_s = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            away_s = 0.0 if self._ari.is_connected else away_s + LOOK_EVERY_S
            if away_s < GIVEN_UP_AFTER_S:
                continue
            for call in list(calls()):
                call.post(on.HungUp(NETWORK_OUT_OF_ORDER))
