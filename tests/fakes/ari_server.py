"""An ARI server that does as it is told: for faults that no real Asterisk shows on demand."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

Answer = tuple[int, object]


def answer_nothing_special(method: str, uri: str) -> Answer | None:
    """An Asterisk without calls, content with whatever is asked of it."""
    return (200, []) if (method, uri) in {("GET", "channels"), ("GET", "bridges")} else (204, None)


@dataclass
class FakeAriServer:
    # None: the request stays unanswered until `respond` is called.
    answer: Callable[[str, str], Answer | None] = answer_nothing_special
    # Runs after the handshake, before any request is read.
    greet: Callable[["FakeAriServer"], Awaitable[None]] | None = None
    handshake_status: HTTPStatus | None = None
    requests: list[Mapping[str, Any]] = field(default_factory=list)
    connections: int = 0
    handshakes: int = 0
    _server: Server | None = None
    _connection: ServerConnection | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def push(self, message: object) -> None:
        """Sends an event; a str goes out as it is."""
        assert self._connection is not None
        text = message if isinstance(message, str) else json.dumps(message)
        await self._connection.send(text)

    async def respond(self, request: Mapping[str, Any], status: int, body: object) -> None:
        response: dict[str, object] = {
            "type": "RESTResponse",
            "transaction_id": request["transaction_id"],
            "request_id": request["request_id"],
            "status_code": status,
            "reason_phrase": HTTPStatus(status).phrase,
            "uri": request["uri"],
        }
        if body is not None:
            response |= {"content_type": "application/json", "message_body": json.dumps(body)}
        await self.push(response)

    def cut(self) -> None:
        """The network breaks: no closing handshake."""
        assert self._connection is not None
        self._connection.transport.abort()

    async def leave(self) -> None:
        """An orderly shutdown, with the closing handshake."""
        assert self._connection is not None
        await self._connection.close()

    def requests_to(self, uri: str) -> list[Mapping[str, Any]]:
        return [request for request in self.requests if request["uri"] == uri]

    async def _serve(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.connections += 1
        # A client may leave whenever it likes.
        with suppress(ConnectionClosed):
            if self.greet is not None:
                await self.greet(self)
            async for message in connection:
                request = json.loads(message)
                self.requests.append(request)
                answer = self.answer(request["method"], request["uri"])
                if answer is not None:
                    await self.respond(request, *answer)

    def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes += 1
        status = self.handshake_status
        return None if status is None else connection.respond(status, "")

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("ari")],
            process_request=self._handshake,
            close_timeout=1,
        )
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        async with asyncio.timeout(5):
            await self._server.wait_closed()
