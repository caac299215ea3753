"""How does a handler become a page: who may see it, in which language, with what around it?"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from voicebot.errors import StoreError
from voicebot.panel.access import Action, may
from voicebot.panel.catalogue import LANGUAGES, text
from voicebot.panel.forgery import SAFE_METHODS, is_ours, token_of
from voicebot.panel.gate import LONGEST_FORM, MOST_FIELDS, VISIT, form_of, give_cookie, recognised
from voicebot.panel.services import note, services_of, visitor_of

Handler = Callable[[Request], Awaitable[Response]]

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def url(request: Request, path: str) -> str:
    """Of one of our own pages, under the prefix."""
    return services_of(request).address.prefix + path


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    visitor = visitor_of(request)
    account = visitor.account
    shown = _TEMPLATES.get_template(template).render(
        t=partial(text, visitor.language),
        url=partial(url, request),
        account=account,
        may=(lambda action: account is not None and may(account, Action(action))),
        csrf=token_of(visitor.secret),
        language=visitor.language,
        languages=LANGUAGES,
        path=here(request),
        zone=visitor.zone.key,
        local=(lambda at: at.astimezone(visitor.zone)),
        **values,
    )
    response = HTMLResponse(shown, status)
    if visitor.is_new:
        give_cookie(request, response, VISIT, visitor.secret)
    return response


def here(request: Request) -> str:
    """The page's own path; the prefix has been cut off, and a page may be called like it."""
    path: str = request.scope["path"]
    return path


def failure(request: Request, status: int, why: str) -> Response:
    """`why` is a key of the catalogue."""
    if not hasattr(request.state, "visitor"):
        return PlainTextResponse("Not available at the moment.", status)
    return page(request, "failure.html", status, why=why)


def see(request: Request, path: str) -> Response:
    """On to another page, after a form."""
    return RedirectResponse(url(request, path), 303)


def open_to(
    action: Action | None, *, longest_form: int = LONGEST_FORM, most_fields: int = MOST_FIELDS
) -> Callable[[Handler], Handler]:
    """For whoever may do this; None: for everybody. Refuses forged forms either way.

    Long forms are read of those only who may send them.
    """

    def made(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            try:
                request.state.visitor = await recognised(request)
                refused = await _refused(request, action, longest_form, most_fields)
                return refused or await handler(request)
            except StoreError:
                return failure(request, 503, "error.away")

        return guarded

    return made


async def _refused(
    request: Request, action: Action | None, longest: int, most_fields: int
) -> Response | None:
    visitor = visitor_of(request)
    account = visitor.account
    is_allowed = action is None or (account is not None and may(account, action))
    if request.method not in SAFE_METHODS:
        form: Mapping[str, str] | None = await form_of(
            request, longest if is_allowed else LONGEST_FORM, most_fields
        )
        secret = None if visitor.is_new else visitor.secret
        origin = request.headers.get("origin")
        token = "" if form is None else form.get("csrf", "")
        if not is_ours(secret, token, origin, services_of(request).address.origin):
            await note(request, here(request), "forged")
            return failure(request, 403, "error.forged")
        request.state.form = form
    if action is None:
        return None
    if account is None:
        # A stream or a form has no use for a page to sign in on.
        is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        return see(request, "/sign-in") if is_page else PlainTextResponse("Sign in.", 401)
    if not is_allowed:
        await note(request, here(request), "refused")
        return failure(request, 403, "error.forbidden")
    return None


def field_of(request: Request, name: str) -> str:
    """Of the form; "" where it was left out."""
    form: Mapping[str, str] = request.state.form
    return form.get(name, "")
