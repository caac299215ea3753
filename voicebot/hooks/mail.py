"""Passes messages and alerts on by e-mail, through the SMTP server that the settings name."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from voicebot.calls.model import Message
from voicebot.errors import ConfigurationError, DeliveryFailed
from voicebot.hooks.message_content import email_of

DEADLINE_S = 20.0
UNSET = "smtp-unset"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in."""

    host: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool  # from the first byte (RFC 8314)
    start_tls: bool | None  # None: if the server offers it

    @classmethod
    def of(cls, url: str) -> Self:
        """From smtp://user:password@host:587 or smtps://…; raises ConfigurationError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigurationError("VOICEBOT_SMTP_URL: this is no URL") from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigurationError("VOICEBOT_SMTP_URL: write smtp://host:25 or smtps://host:465")
        use_tls = parts.scheme == "smtps"
        # A password never travels in the clear, but for this machine's own server.
        must_encrypt = parts.username is not None and not _is_loopback(parts.hostname)
        return cls(
            host=parts.hostname,
            port=port or (465 if use_tls else 25),
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            use_tls=use_tls,
            start_tls=False if use_tls else (must_encrypt or None),
        )


class Mail:
    """Mails from one address. Without a server nothing can be sent, and that is said."""

    def __init__(
        self, server: SmtpServer | None, sender: str, *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._server = server
        self.sender = sender
        self._deadline_s = deadline_s

    async def pass_on(self, message: Message, to: str, *, is_transcribed: bool) -> None:
        """Returns when the server has taken it over; raises DeliveryFailed."""
        mail = email_of(message, is_transcribed=is_transcribed, sender=self.sender, to=to)
        await self.send(mail)

    async def send(self, mail: EmailMessage) -> None:
        """Returns when the server has taken it over; raises DeliveryFailed."""
        server = self._server
        if server is None:
            raise DeliveryFailed(UNSET)
        try:
            await aiosmtplib.send(
                mail,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.use_tls,
                start_tls=server.start_tls,
                timeout=self._deadline_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise DeliveryFailed(f"smtp-{error.recipients[0].code}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"smtp-{error.code}") from None
        except aiosmtplib.SMTPTimeoutError as error:
            raise DeliveryFailed("smtp-timeout") from error
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise DeliveryFailed("smtp-unreachable") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
