"""One's own account, and what everybody did."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.panel.access import Action
from voicebot.panel.entrance import NotIn
from voicebot.panel.gate import SESSION, take_cookie
from voicebot.panel.pages import field_of, open_to, page
from voicebot.panel.passwords import is_good_enough
from voicebot.panel.second_factor import link_of, new_secret, picture_of, step_of
from voicebot.panel.services import note, services_of, visitor_of

_LINES_ON_A_PAGE = 100
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


async def _own_page(
    request: Request,
    status: int = 200,
    secret: str = "",
    about_first: str | None = None,
    about_second: str | None = None,
) -> Response:
    """With what was wrong about the first factor, the password, or about the second."""
    kept, external = visitor_of(request).kept, services_of(request).external
    assert kept is not None
    secret = secret or new_secret()
    linked = frozenset() if external is None else await external.links.issuers(kept.name)
    return page(
        request,
        "account.html",
        status,
        has_second_factor=kept.totp_secret is not None,
        secret=secret,
        link=link_of(secret, kept.name),
        picture=picture_of(secret, kept.name),
        external="" if external is None else external.name,
        is_linked=external is not None and external.issuer in linked,
        extension=kept.extension,
        password_fault=about_first,
        totp_fault=about_second,
    )


@open_to(Action.SEE_FLOOR)
async def own(request: Request) -> Response:
    return await _own_page(request)


@open_to(Action.SEE_FLOOR)
async def change_password(request: Request) -> Response:
    visitor = visitor_of(request)
    assert visitor.kept is not None
    new = field_of(request, "new")
    if not is_good_enough(new):
        return await _own_page(request, 422, about_first="password.short")
    fault = await services_of(request).entrance.change_password(
        visitor.kept, field_of(request, "now"), new, visitor.address
    )
    await note(request, "change-password", "done" if fault is None else fault)
    if fault is not None:
        why = "sign_in.too_many" if fault is NotIn.TOO_MANY else "password.wrong"
        return await _own_page(request, 422, about_first=why)
    response = page(request, "password_changed.html")
    take_cookie(request, response, SESSION)
    return response


@open_to(Action.SEE_FLOOR)
async def turn_on_second_factor(request: Request) -> Response:
    """Only with a code that its secret makes, so that nobody shuts themselves out."""
    services, kept = services_of(request), visitor_of(request).kept
    assert kept is not None
    secret = field_of(request, "secret")
    is_one_of_ours = len(secret) == len(new_secret()) and set(secret) <= _BASE32
    step = None
    if kept.totp_secret is None and is_one_of_ours:
        step = step_of(secret, field_of(request, "code"), services.clock(), 0)
    if step is None:
        return await _own_page(
            request, 422, secret if is_one_of_ours else "", about_second="totp.wrong"
        )
    await services.accounts.set_second_factor(kept.name, secret, step)
    await note(request, "turn-on-second-factor", "done")
    return page(request, "second_factor_on.html")


@open_to(Action.SEE_AUDIT)
async def audit(request: Request) -> Response:
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    lines = await services_of(request).audit.latest(_LINES_ON_A_PAGE, before=before)
    older = lines[-1][0] if len(lines) == _LINES_ON_A_PAGE else None
    return page(request, "audit.html", lines=lines, older=older, is_newest=before is None)
