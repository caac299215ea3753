"""What do we ask of a node over AMI, and what does it answer?"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from voicebot.ami import decode
from voicebot.ami.connection import AmiConnection
from voicebot.calls.model import CallId
from voicebot.calls.trunk_health import HealthReport

# dialplans/inbound.conf refuses new calls with 503 while it is set.
DRAINING_VARIABLE = "VOICEBOT_DRAINING"
_LOOK_EVERY_S = 0.5
_CLEAN_UP_DEADLINE_S = 2.0

OnProgress = Callable[[int], None]


async def health_reports(ami: AmiConnection) -> Sequence[HealthReport]:
    """How every endpoint and every registration is now."""
    endpoints = await ami.send("PJSIPShowEndpoints")
    registrations = await ami.send("PJSIPShowRegistrationsOutbound")
    return [
        *decode.endpoint_reports(endpoints),
        *decode.registration_reports(registrations),
    ]


async def calls_up(ami: AmiConnection) -> frozenset[CallId]:
    """The calls that the node holds."""
    return decode.calls_up(await ami.send("CoreShowChannels"))


async def reload(ami: AmiConnection, modules: Iterable[str]) -> None:
    """Reloads one after the other. Raises AmiRefused for one that is not there or cannot."""
    for module in modules:
        await ami.send("Reload", Module=module)


async def refuse_calls(ami: AmiConnection) -> None:
    """From now on a new call gets 503, and its carrier takes another way."""
    await ami.send("Setvar", Variable=DRAINING_VARIABLE, Value="1")


async def accept_calls(ami: AmiConnection) -> None:
    await ami.send("Setvar", _CLEAN_UP_DEADLINE_S, Variable=DRAINING_VARIABLE, Value="")


async def drain(ami: AmiConnection, deadline_s: float, on_progress: OnProgress) -> int:
    """Refuses new calls and waits until those that last are over; returns how many still do.

    Not Asterisk's own `core stop gracefully`: that refuses every new channel, so that a caller
    could no longer be transferred, and answers nobody until it is done.
    """
    give_up_at = asyncio.get_running_loop().time() + deadline_s
    try:
        while True:
            # Again and again: a reload of the dialplan forgets it.
            await refuse_calls(ami)
            left = len(await calls_up(ami))
            on_progress(left)
            if left == 0 or asyncio.get_running_loop().time() >= give_up_at:
                return left
            await asyncio.sleep(_LOOK_EVERY_S)
    except asyncio.CancelledError:
        # Whoever gives it up wants callers again.
        await accept_calls(ami)
        raise
