"""A telephone whose every packet is in the test's hands: dozens of calls in one process.

SIP over UDP (RFC 3261) as far as one call needs it. Nothing in it is patient: it hangs up at any
instant, also where no decent phone would.
"""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from tests.telephony.bad_input.audio import Audio

ADDRESS = "127.0.0.1"
T1_S = 0.5  # RFC 3261, 17.1.1.1: doubled with each resending
RESENDINGS = 7
OVER_LIMIT_S = 40.0
CALLER, AGENT = "caller", "agent"


class Phone(asyncio.DatagramProtocol):
    """One call to one number. The events are set once, in this order, as far as it gets."""

    def __init__(self, sip_port: int, number: str, caller: str, audio: Audio) -> None:
        self.caller = caller
        self.audio = audio
        self.acknowledges_at_once = True  # or when the answer comes again
        self.invited, self.proceeding, self.answered, self.acknowledged, self.over = (
            asyncio.Event() for _ in range(5)
        )
        self.status: int | None = None  # of the final response
        self.hung_up_by: str | None = None
        self.ended_s: float | None = None
        self._asterisk = (ADDRESS, sip_port)
        self._uri = f"sip:{number}@{ADDRESS}:{sip_port}"
        self._call_id = secrets.token_hex(12)
        self._tag = secrets.token_hex(6)
        self._invite_branch = f"z9hG4bK{secrets.token_hex(8)}"
        self._to = f"<{self._uri}>"
        self._contact = self._uri
        self._sequence = 1
        self._wants_out = False
        self._said_bye = asyncio.Event()
        self._resendings: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    # --- what the caller does ------------------------------------------------

    def dial(self) -> None:
        self._repeat(self._request("INVITE", self._invite_branch, self._offer()), self.proceeding)
        self.invited.set()

    def hang_up(self) -> None:
        """By whatever a phone could send at this instant."""
        if self._wants_out or self.over.is_set():
            return
        self._wants_out = True
        if self.answered.is_set():
            self._say_bye()
        else:
            # Before any response none may be sent (RFC 3261, 9.1); some phones do.
            self._send(self._request("CANCEL", self._invite_branch))

    async def is_over(self) -> None:
        """Waits until the call has ended, whoever ended it."""
        async with asyncio.timeout(OVER_LIMIT_S):
            await self.over.wait()

    def put_away(self) -> None:
        for task in self._resendings:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
        self.audio.hush()

    # --- what comes back -----------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode(errors="replace")
        if text.startswith("SIP/2.0 "):
            status = int(text[8:11])
            method = _header(text, "CSeq").split()[-1]
            if method == "INVITE":
                self._invite_is_answered(status, text)
            elif method == "BYE":
                self._said_bye.set()
                self._end(CALLER)
            return
        self._send(_response_to(text))
        if text.startswith("BYE "):
            self._end(AGENT)

    def _invite_is_answered(self, status: int, text: str) -> None:
        self.proceeding.set()
        if status < 200:
            return
        self.status = status
        self._to = _header(text, "To")
        if status >= 300:
            self._send(self._request("ACK", self._invite_branch))
            self._end(CALLER if self._wants_out else AGENT)
            return
        self._contact = _header(text, "Contact").strip("<>").partition(">")[0]
        if self.answered.is_set():
            self._acknowledge()  # it was lost, or held back
            return
        port = re.search(r"^m=audio (\d+) ", text, re.MULTILINE)
        assert port is not None, text
        self.answered.set()
        if self._wants_out:  # the CANCEL came too late
            self._acknowledge()
            self._say_bye()
            return
        self.audio.talk_to((ADDRESS, int(port[1])))
        # Whoever waits for the answer may hang up before it is acknowledged.
        asyncio.get_running_loop().call_soon(
            asyncio.get_running_loop().call_soon, self._acknowledge
        )

    def _acknowledge(self) -> None:
        self._send(self._request("ACK", _branch(), sequence=1))
        self.acknowledged.set()

    def _say_bye(self) -> None:
        self._sequence += 1
        self._repeat(self._request("BYE", _branch(), sequence=self._sequence), self._said_bye)

    def _end(self, by: str) -> None:
        if not self.over.is_set():
            self.hung_up_by, self.ended_s = by, time.time()
            self.over.set()

    # --- messages ------------------------------------------------------------

    def _send(self, message: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(message, self._asterisk)

    def _repeat(self, message: bytes, until: asyncio.Event) -> None:
        """UDP loses packets."""
        self._send(message)
        task = asyncio.get_running_loop().create_task(self._resend(message, until))
        self._resendings.add(task)
        task.add_done_callback(self._resendings.discard)

    async def _resend(self, message: bytes, until: asyncio.Event) -> None:
        for number in range(RESENDINGS):
            try:
                async with asyncio.timeout(T1_S * 2**number):
                    await until.wait()
                return
            except TimeoutError:
                self._send(message)

    def _request(
        self, method: str, branch: str, body: str = "", *, sequence: int | None = None
    ) -> bytes:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")
        uri = self._contact if method in ("ACK", "BYE") and self.answered.is_set() else self._uri
        to = f"<{self._uri}>" if method in ("INVITE", "CANCEL") else self._to
        number = 1 if sequence is None else sequence
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={branch}",
            f"From: <sip:{self.caller}@{host}>;tag={self._tag}",
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.caller}@{host}:{port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body]).encode()

    def _offer(self) -> str:
        lines = (
            "v=0",
            f"o=- 1 1 IN IP4 {ADDRESS}",
            "s=-",
            f"c=IN IP4 {ADDRESS}",
            "t=0 0",
            f"m=audio {self.audio.port} RTP/AVP 0",
            "a=ptime:20",
        )
        return "".join(f"{line}\r\n" for line in lines)


@asynccontextmanager
async def phone(sip_port: int, number: str, caller: str) -> AsyncIterator[Phone]:
    """Ready to dial; put away in the end, with the call over or not."""
    loop = asyncio.get_running_loop()
    _, audio = await loop.create_datagram_endpoint(Audio, local_addr=(ADDRESS, 0))
    own = Phone(sip_port, number, caller, audio)
    try:
        await loop.create_datagram_endpoint(lambda: own, local_addr=(ADDRESS, 0))
        yield own
    finally:
        own.put_away()


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _response_to(request: str) -> bytes:
    copied = re.findall(
        r"^((?:Via|From|To|Call-ID|CSeq):.*?)\r?$", request, re.MULTILINE | re.IGNORECASE
    )
    return "\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode()
