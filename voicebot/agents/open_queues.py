"""Which queues share the slots, and whose callers may be let in now?"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from voicebot.dialogue.business import Business
from voicebot.errors import SharedStateError
from voicebot.line_ports import WaitingLines
from voicebot.queueing.model import QueueName
from voicebot.queueing.queue_names import KnownQueues
from voicebot.telemetry.logs import log_of

log = log_of(__name__)


class OpenQueues:
    """As the businesses name them now, those of before in which somebody may yet wait included."""

    def __init__(self, lines: WaitingLines, businesses: Callable[[], Sequence[Business]]) -> None:
        self._lines = lines
        self._businesses = businesses
        self._known = KnownQueues()
        self._paused: AbstractSet[QueueName] = frozenset()

    def all(self) -> Sequence[QueueName]:
        return self._known.with_those_of(self._businesses())

    def open(self) -> Sequence[QueueName]:
        """Whoever waits in one that is paused stands in nobody's way."""
        return [queue for queue in self.all() if queue not in self._paused]

    def is_paused(self, queue: QueueName) -> bool:
        return queue in self._paused

    async def learn(self) -> bool:
        """Asks which are paused; whether one is that no longer."""
        before = self._paused
        try:
            self._paused = await self._lines.paused()
        except SharedStateError as error:
            # As it was; Redis is missed by all that follows, and that is told there.
            log.info("waiting.pauses_not_known", code=error.code)
        return bool(before - self._paused)
