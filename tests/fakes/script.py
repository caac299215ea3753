"""What a fake is to do next: a result, an error that is raised, or nothing for ever."""

import asyncio
from dataclasses import dataclass
from enum import Enum


class Forever(Enum):
    FOREVER = "forever"


FOREVER = Forever.FOREVER


@dataclass(frozen=True, slots=True)
class After:
    """What follows in a script comes so much later."""

    duration_s: float


async def comes_to_pass(result: Exception | Forever | After) -> None:
    """Returns once the script may go on, which FOREVER never does."""
    match result:
        case Forever():
            await asyncio.Event().wait()
        case After(duration_s):
            await asyncio.sleep(duration_s)
        case Exception():
            raise result
