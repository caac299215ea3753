"""An OpenAI-compatible server that answers as a test wants it to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ModelServer:
    """Each request takes the next reply; a reply is what its deltas hold."""

    replies: list[list[dict[str, Any]]] = field(default_factory=list)
    asked: list[list[dict[str, Any]]] = field(default_factory=list)
    # Goes on only when it is set, and keeps its reply open until then.
    may_finish: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length))["messages"])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"connection: close\r\n\r\n")
        for delta in self.replies.pop(0):
            chunk = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "test",
                "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
            }
            writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await writer.drain()
        tasks = (asyncio.create_task(self.may_finish.wait()), asyncio.create_task(reader.read()))
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if tasks[1] in done:
            self.given_up.set()
        else:
            writer.write(b"data: [DONE]\n\n")
        writer.close()


@asynccontextmanager
async def model_server(*replies: list[dict[str, Any]]) -> AsyncIterator[ModelServer]:
    model = ModelServer(list(replies))
    model.may_finish.set()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    async with server:
        model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        yield model


def words(text: str) -> list[dict[str, Any]]:
    return [{"content": f"{word} "} for word in text.split()]


def function_call(name: str, **arguments: str) -> list[dict[str, Any]]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return [{"tool_calls": [{"index": 0, "id": "call-1", "function": function}]}]
