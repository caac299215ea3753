"""What is a queue called among all that share slots?"""

from collections.abc import Iterable

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
