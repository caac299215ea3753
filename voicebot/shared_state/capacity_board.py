"""Who reckons the capacity for all, and from what every agent has seen?

One agent at a time, on a lease, so that a thousand of them do not all count the same workers.
"""

import json
from collections.abc import Sequence

from voicebot.line_ports import CapacityView
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.script_texts import script

# Within it an agent reports several times; after it another one reckons.
LEASE_S = 2.0


class RedisCapacityBoard:
    """Fulfils `line_ports.CapacityBoard`."""

    def __init__(
        self, connection: RedisConnection, agent: str, *, lease_s: float = LEASE_S
    ) -> None:
        self._connection = connection
        self._agent = agent
        self._lease_ms = round(lease_s * 1000)
        self._report = connection.client.register_script(script("agents", "capacity"))

    async def report(self, view: CapacityView) -> Sequence[CapacityView] | None:
        told = json.dumps([view.max_talking, view.correction])
        reply = self._report(
            keys=[keys.CAPACITY_LEADER, keys.CAPACITY_VIEWS],
            args=[self._agent, self._lease_ms, told],
        )
        views = await self._connection.answer("report capacity", reply)
        return None if views is None else [CapacityView(*json.loads(each)) for each in views]
