"""What is a queue called among all that share slots?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.model import QueueName


def queue_name(business: Business, settings: QueueSettings) -> QueueName:
    """Of one business's queue."""
    return QueueName(f"{settings.name}@{business.dids[0]}")


def queue_names(businesses: Iterable[Business]) -> list[QueueName]:
    """Of all their queues; a business may have several desks, and is named several times."""
    names = {
        queue_name(business, settings): None
        for business in businesses
        for settings in business.queues
    }
    return list(names)


@dataclass(slots=True)
class KnownQueues:
    """Those of all businesses, and those that they had before: who waits there keeps the place."""

    _names: dict[QueueName, None] = field(default_factory=dict)

    def with_those_of(self, businesses: Iterable[Business]) -> Sequence[QueueName]:
        """All known by now."""
        self._names.update(dict.fromkeys(queue_names(businesses)))
        return list(self._names)
