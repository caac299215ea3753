"""The way to an OpenID provider and back: to come in, or to connect one's account."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from voicebot.errors import IdentityNotProven
from voicebot.panel.access import Action
from voicebot.panel.external_entrance import ExternalEntrance, NotLetIn
from voicebot.panel.external_identity import Flow, Purpose
from voicebot.panel.gate import SESSION, give_cookie
from voicebot.panel.pages import failure, open_to, page, see, url
from voicebot.panel.services import note, services_of, visitor_of

BACK = "/sign-in/oidc/back"
_LONGEST = 4_096


@open_to(None)
async def sign_in(request: Request) -> Response:
    return await _away(request, Purpose.SIGN_IN)


@open_to(Action.SEE_FLOOR)
async def link(request: Request) -> Response:
    return await _away(request, Purpose.LINK)


@open_to(Action.SEE_FLOOR)
async def unlink(request: Request) -> Response:
    entrance, kept = services_of(request).external, visitor_of(request).kept
    if entrance is None or kept is None:
        return failure(request, 404, "error.missing")
    await entrance.links.unlink(entrance.issuer, kept.name)
    await note(request, "unlink-sign-in", "done", entrance.issuer)
    return see(request, "/account")


@open_to(None)
async def back(request: Request) -> Response:
    """First from another site, and so without the session's cookie: once more from our own."""
    entrance = services_of(request).external
    if entrance is None:
        return failure(request, 404, "error.missing")
    query = request.query_params
    code, state = query.get("code", ""), query.get("state", "")
    if len(code) > _LONGEST or len(state) > _LONGEST:
        return _refused(request, NotLetIn.NOT_OURS)
    if "on" not in query:
        onward = urlencode({"code": code, "state": state, "on": "1"})
        return page(request, "onward.html", to=url(request, f"{BACK}?{onward}"), lead="oidc.back")
    visitor = visitor_of(request)
    flow = await entrance.flow_of(visitor.secret, state, visitor.address)
    if isinstance(flow, NotLetIn):
        await note(request, "sign-in", f"oidc-{flow}")
        return _refused(request, flow)
    return await _arrived(request, entrance, flow, code)


async def _away(request: Request, purpose: Purpose) -> Response:
    """By a page of our own: a form may lead nowhere else."""
    entrance = services_of(request).external
    if entrance is None:
        return failure(request, 404, "error.missing")
    try:
        to = await entrance.address_of(visitor_of(request).secret, purpose)
    except IdentityNotProven:
        return _refused(request, NotLetIn.NOT_PROVEN)
    return page(request, "onward.html", to=to, lead="oidc.away")


async def _arrived(request: Request, entrance: ExternalEntrance, flow: Flow, code: str) -> Response:
    identity = await entrance.identity(flow, code)
    kept = visitor_of(request).kept
    if isinstance(identity, NotLetIn):
        await note(request, "sign-in", f"oidc-{identity}")
        return _refused(request, identity)
    if flow.purpose is Purpose.LINK:
        if kept is None:
            return _refused(request, NotLetIn.NOT_OURS)
        fault = await entrance.link(identity, kept.name)
        await note(request, "link-sign-in", fault or "done", identity.issuer)
        return see(request, "/account") if fault is None else _refused(request, fault)
    came = await entrance.sign_in(identity)
    if isinstance(came, NotLetIn):
        await note(request, "sign-in", f"oidc-{came}")
        return _refused(request, came)
    account, token = came
    await note(request, "sign-in", "done-oidc", account.name)
    response = see(request, "/")
    give_cookie(request, response, SESSION, token)
    return response


def _refused(request: Request, why: NotLetIn) -> Response:
    status = 429 if why is NotLetIn.TOO_MANY else 403
    return page(request, "oidc_refused.html", status, why=f"oidc.{why}")
