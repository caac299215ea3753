"""What does every request pass on its way in, and every answer on its way out?

In: who asks. Out: headers by which a browser runs nothing but our own files, tells other sites
nothing, and keeps nothing.
"""

import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voicebot.panel.catalogue import language_of
from voicebot.panel.services import Visitor, services_of
from voicebot.panel.viewer_zone import zone_of

SESSION: Final = "voicebot_session"
VISIT: Final = "voicebot_visit"
LANGUAGE: Final = "voicebot_language"
ZONE: Final = "voicebot_zone"  # static/zone.js gives it
LONGEST_FORM: Final = 16_384
MOST_FIELDS: Final = 50

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    # Not no-referrer: with that a browser sends "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_LASTING = "public, max-age=3600"
_PRIVATE = "no-store"


class GuardedHeaders:
    """Puts them on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                is_file = "/static/" in scope.get("path", "")
                headers["Cache-Control"] = _LASTING if is_file else _PRIVATE
            await send(message)

        await self._app(scope, receive, send_guarded if scope["type"] == "http" else send)


async def recognised(request: Request) -> Visitor:
    """Whoever asks; raises StoreError."""
    address = request.client.host if request.client is not None else ""
    language = language_of(request.cookies.get(LANGUAGE), request.headers.get("accept-language"))
    zone = zone_of(request.cookies.get(ZONE))
    token = request.cookies.get(SESSION)
    if token:
        kept = await services_of(request).entrance.who(token)
        if kept is not None:
            return Visitor(address, language, zone, token, kept=kept)
    visit = request.cookies.get(VISIT)
    if visit:
        return Visitor(address, language, zone, visit)
    return Visitor(address, language, zone, secrets.token_urlsafe(32), is_new=True)


async def form_of(
    request: Request, longest: int = LONGEST_FORM, most_fields: int = MOST_FIELDS
) -> Mapping[str, str] | None:
    """The fields of a form; None: it is too long for one of ours, or none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most_fields))
    except ValueError:
        return None


def give_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Until the browser is closed; for our own pages alone."""
    address = services_of(request).address
    response.set_cookie(
        name,
        value,
        path=address.prefix or "/",
        secure=address.is_secure,
        httponly=True,
        samesite="strict" if name == SESSION else "lax",
    )


def take_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, path=services_of(request).address.prefix or "/")
