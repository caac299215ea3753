"""How do we come back to an Asterisk that was away?"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

from voicebot.ami.connection import AmiConnection, AmiSettings, connected
from voicebot.errors import AsteriskError
from voicebot.reconnect import DEFAULT_BACKOFF, Backoff


async def stay_connected(
    settings: AmiSettings,
    converse: Callable[[AmiConnection], Awaitable[NoReturn]],
    on_outage: Callable[[AsteriskError], None],
    backoff: Backoff = DEFAULT_BACKOFF,
) -> NoReturn:
    """Connects again and again, and converses for as long as a connection lasts.

    Wrong credentials are an outage too: the node may have been given others meanwhile, and its
    health is down as long as nobody can ask it.
    """
    failures = 0
    while True:
        try:
            async with connected(settings) as ami:
                failures = 0
                await converse(ami)
        except AsteriskError as error:
            on_outage(error)
        await asyncio.sleep(backoff.delay_s(failures, random.random()))
        failures += 1
