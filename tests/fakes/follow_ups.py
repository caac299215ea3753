"""What comes of a call beside its record: messages, callback requests, web requests."""

from collections.abc import Mapping

from pydantic import JsonValue

from tests.fakes.script import Forever, comes_to_pass
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId, Message
from voicebot.calls.outbound_rules import Refused
from voicebot.queueing.callback_booking import Wish


class FakeMessages:
    """What callers left: messages with their audio, and callback requests."""

    def __init__(self) -> None:
        self.left: list[Message] = []
        self.requested: list[Wish] = []
        self.refused: Refused | None = None
        self.audio: list[bytes] = []
        self.failure: Exception | Forever | None = None

    async def leave(self, message: Message) -> None:
        await self._fail()
        self.left.append(message)

    async def book(self, wish: Wish, business: str) -> Refused | None:
        await self._fail()
        if self.refused is None:
            self.requested.append(wish)
        return self.refused

    async def save(self, call_id: CallId, audio: bytes, encoding: Encoding) -> str | None:
        self.audio.append(audio)
        return f"messages/{call_id}.wav" if audio else None

    async def _fail(self) -> None:
        if self.failure is not None:
            await comes_to_pass(self.failure)


class FakeWebServices:
    """A web service that answers what the test says."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Mapping[str, JsonValue]]] = []
        self.answer: JsonValue = None

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        self.posted.append((url, values))
        return self.answer
