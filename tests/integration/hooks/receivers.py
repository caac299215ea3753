"""Those who are told of messages: a web server and a mail server, on loopback."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.stack_fixture import free_ports


@dataclass(frozen=True, slots=True)
class Request:
    """What the web server was asked."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class WebReceiver:
    """Answers every request with the next status, the last one for ever; None: not at all."""

    statuses: list[int | None] = field(default_factory=lambda: [204])
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (text.partition(":") for text in rest if text)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(line, headers, body))
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if status is None:
                await reader.read()  # until the other side gives up
            else:
                location = "Location: http://127.0.0.1:1/\r\n" if 300 <= status < 400 else ""
                reply = f"HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\n"
                writer.write(f"{reply}Connection: close\r\n\r\n".encode())
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def web_receiver(*statuses: int | None) -> AsyncIterator[WebReceiver]:
    receiver = WebReceiver(list(statuses) or [204])
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@dataclass(slots=True)
class MailReceiver:
    """Keeps the mails it takes over; refuses with `refusal` while that is set."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    receiver = MailReceiver(port=free_ports(1)[0])
    controller = Controller(receiver, hostname="127.0.0.1", port=receiver.port)
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()
