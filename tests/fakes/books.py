"""Messages and callback requests in memory; they keep the same contracts as the database."""

from voicebot.calls.model import CallbackRequest, HandledBy, Message
from voicebot.store.number_key import number_key


class FakeMessageBook:
    def __init__(self) -> None:
        self.messages: dict[tuple[str, HandledBy], Message] = {}

    async def leave(self, message: Message) -> None:
        self.messages[message.call_id, message.taken_by] = message


class FakeCallbackBook:
    def __init__(self) -> None:
        self.requests: list[CallbackRequest] = []

    async def request(self, request: CallbackRequest) -> None:
        def same(known: CallbackRequest) -> bool:
            key = (known.business, number_key(known.number))
            return known.call_id == request.call_id or key == (
                request.business,
                number_key(request.number),
            )

        if not any(same(known) for known in self.requests):
            self.requests.append(request)
