"""Passes messages and events on to a web server of the business's.

Signed as the Standard Webhooks specification says (standardwebhooks.com, 1.0): the
receiver checks with the shared secret that a message is ours, and by its time that
it is no replay.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Self

import httpx

from voicebot.calls.model import Message
from voicebot.errors import DeliveryFailed
from voicebot.hooks.message_content import message_id, webhook_body

DEADLINE_S = 15.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with


class Webhook:
    """One connection pool for a process. Use as a context manager."""

    def __init__(self, secret: str, *, deadline_s: float = DEADLINE_S) -> None:
        self._key = signing_key(secret)
        # Redirects could lead anywhere, with what a caller said.
        self._client = httpx.AsyncClient(timeout=deadline_s, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def pass_on(
        self, message: Message, url: str, at: datetime, *, is_transcribed: bool
    ) -> None:
        """Returns when the receiver has it; raises DeliveryFailed."""
        body = webhook_body(message, is_transcribed=is_transcribed)
        await self.post(message_id(message), body, url, at)

    async def post(self, name: str, body: bytes, url: str, at: datetime) -> None:
        """`name`: stays the same however often it is posted. Raises DeliveryFailed."""
        epoch_s = str(int(at.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": epoch_s,
            "webhook-signature": signature(self._key, name, epoch_s, body),
        }
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.TimeoutException as error:
            raise DeliveryFailed("http-timeout") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed("http-unreachable") from error
        if not answer.is_success:
            raise DeliveryFailed(f"http-{answer.status_code}")


def signing_key(secret: str) -> bytes:
    """The bytes that the secret stands for: base64 behind its prefix, else itself."""
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def signature(key: bytes, name: str, epoch_s: str, body: bytes) -> str:
    """HMAC-SHA256 of id, time and body, as the header carries it."""
    signed = f"{name}.{epoch_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
