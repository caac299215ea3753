"""Messages and callback requests in memory; they keep the same contracts as the database."""

from voicebot.calls.model import CallbackRequest, HandledBy, Message
from voicebot.queueing.callback_booking import Wish
from voicebot.store.number_key import number_key


class FakeMessageBook:
    def __init__(self) -> None:
        self.messages: dict[tuple[str, HandledBy], Message] = {}

    async def leave(self, message: Message) -> None:
        self.messages[message.call_id, message.taken_by] = message


class FakeCallbackBook:
    def __init__(self) -> None:
        self.requests: list[CallbackRequest] = []

    async def book(self, wish: Wish, business: str) -> None:
        def same(known: CallbackRequest) -> bool:
            key = (known.business, number_key(known.number))
            return known.call_id == wish.callback_id or key == (business, number_key(wish.number))

        if not any(same(known) for known in self.requests):
            self.requests.append(
                CallbackRequest(
                    wish.callback_id, business, wish.did, wish.number, wish.reason, wish.asked_at
                )
            )
