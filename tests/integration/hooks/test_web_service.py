"""Actions ask a real web service."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from voicebot.errors import ActionFailed
from voicebot.hooks.web_service import LONGEST_ANSWER_BYTES, HttpWebServices

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answering) -> AsyncIterator[str]:
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            await answer(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/orders"
    await asyncio.gather(*handlers)


def with_body(status: str, body: bytes, seen: list[bytes] | None = None) -> Answering:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        received = await reader.readexactly(length)
        if seen is not None:
            seen.append(received)
        size = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{size}".encode() + body)
        await writer.drain()

    return answer


async def test_values_go_out_and_the_answer_comes_back() -> None:
    seen: list[bytes] = []
    async with (
        HttpWebServices() as web,
        serving(with_body("200 OK", b'{"say": "Monday."}', seen)) as url,
    ):
        assert await web.post(url, {"digits": "4711"}) == {"say": "Monday."}
    assert [json.loads(body) for body in seen] == [{"digits": "4711"}]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("500 Internal Server Error", b"{}"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", b"{}"),
        ("200 OK", b"no json"),
        ("200 OK", b" " * (LONGEST_ANSWER_BYTES + 1)),
    ],
)
async def test_a_service_that_does_not_do_its_part_is_a_failed_action(
    status: str, body: bytes
) -> None:
    async with HttpWebServices() as web, serving(with_body(status, body)) as url:
        with pytest.raises(ActionFailed):
            await web.post(url, {})


async def test_a_service_that_never_answers_is_not_waited_for() -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with HttpWebServices(deadline_s=0.2) as web, serving(accept) as url:
        with pytest.raises(ActionFailed):
            await web.post(url, {})


async def test_a_service_that_is_not_there_is_a_failed_action() -> None:
    async with HttpWebServices() as web:
        with pytest.raises(ActionFailed):
            await web.post("http://127.0.0.1:9/", {})
