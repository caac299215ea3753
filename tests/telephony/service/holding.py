"""Holds the calls that do not disturb each other at the same time, before any test looks at one."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.telephony.service.caller import Caller, understood
from tests.telephony.service.running import Service
from voicebot.calls.model import CallRecord

# Two cores answer so many callers in time.
AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation gives back: its caller, and what else was recorded."""

    caller: Caller
    recordings: Mapping[str, NDArray[np.int16]]

    @property
    def all_recordings(self) -> Mapping[str, NDArray[np.int16]]:
        own = {name: self.caller.samples(name) for name in self.caller.answers}
        return own | dict(self.recordings)


Conversation = Callable[[Service], Talk]


@dataclass(frozen=True, slots=True)
class Held:
    """A call that is over: what was understood of each recording, and its record."""

    caller: Caller
    heard: Mapping[str, str]
    record: CallRecord


class Calls:
    """All of them, held once."""

    def __init__(self, service: Service, conversations: Iterable[Conversation]) -> None:
        self._service = service
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self._futures = {one: pool.submit(one, service) for one in conversations}
        talks = [one.result() for one in self._futures.values() if one.exception() is None]
        self._heard = understood(
            service.directory / "understood",
            {
                f"{talk.caller.number} {name}": samples
                for talk in talks
                for name, samples in talk.all_recordings.items()
            },
        )

    def held(self, conversation: Conversation) -> Held:
        """What became of it; raises what went wrong on it."""
        talk = self._futures[conversation].result()
        heard = {name: self._heard[f"{talk.caller.number} {name}"] for name in talk.all_recordings}
        return Held(talk.caller, heard, self._service.record_of(talk.caller))
