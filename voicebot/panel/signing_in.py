"""The pages on which somebody comes in, and goes out."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.panel.catalogue import LANGUAGES
from voicebot.panel.entrance import NotIn
from voicebot.panel.gate import LANGUAGE, SESSION, give_cookie, take_cookie
from voicebot.panel.pages import field_of, open_to, page, see
from voicebot.panel.services import note, services_of, visitor_of

_LONGEST_NAME = 64


@open_to(None)
async def show(request: Request) -> Response:
    if visitor_of(request).kept is not None:
        return see(request, "/")
    return _form(request)


def _form(
    request: Request, status: int = 200, fault: str | None = None, name: str = ""
) -> Response:
    external = services_of(request).external
    shown = "" if external is None else external.name
    return page(request, "sign_in.html", status, fault=fault, name=name, external=shown)


@open_to(None)
async def sign_in(request: Request) -> Response:
    name = field_of(request, "name").strip()[:_LONGEST_NAME]
    came = await services_of(request).entrance.sign_in(
        name, field_of(request, "password"), field_of(request, "code"), visitor_of(request).address
    )
    if isinstance(came, NotIn):
        # What is no account may be a password, typed into the wrong field.
        is_known = await services_of(request).accounts.find(name) is not None
        await note(request, "sign-in", came, name if is_known else "")
        is_flood = came is NotIn.TOO_MANY
        fault = "sign_in.too_many" if is_flood else "sign_in.wrong"
        return _form(request, 429 if is_flood else 403, fault, name)
    await note(request, "sign-in", "done", name)
    response = see(request, "/")
    give_cookie(request, response, SESSION, came)
    return response


@open_to(None)
async def sign_out(request: Request) -> Response:
    visitor = visitor_of(request)
    if visitor.kept is not None:
        await services_of(request).entrance.sign_out(visitor.secret)
        await note(request, "sign-out", "done")
    response = see(request, "/sign-in")
    take_cookie(request, response, SESSION)
    return response


@open_to(None)
async def choose_language(request: Request) -> Response:
    path, language = field_of(request, "path"), field_of(request, "language")
    # One of our own paths: "//elsewhere" would be another site.
    response = see(request, path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/")
    if language in LANGUAGES:
        give_cookie(request, response, LANGUAGE, language)
    return response
