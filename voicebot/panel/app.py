"""The panel as an application: which path leads where?"""

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from voicebot.errors import StoreError
from voicebot.panel import (
    account_managing,
    account_pages,
    api,
    api_description,
    business_pages,
    call_export,
    call_pages,
    callback_bulk,
    callback_pages,
    capacity_pages,
    cost_pages,
    erasure_pages,
    external_sign_in,
    floor_actions,
    floor_pages,
    listening_pages,
    running_call_pages,
    service_actions,
    signing_in,
    token_pages,
)
from voicebot.panel.api_operation import ROOT, problem
from voicebot.panel.gate import GuardedHeaders, recognised
from voicebot.panel.pages import failure
from voicebot.panel.prefix import Prefixed
from voicebot.panel.services import Services

_STATIC: Final = Path(__file__).parent / "static"


def panel_app(services: Services) -> Starlette:
    app = Starlette(
        routes=[
            Route("/", floor_pages.floor),
            Route("/floor/stream", floor_pages.stream),
            Route("/floor/calls/{call_id}/targets", floor_actions.targets),
            Route("/floor/calls/{call_id}/hang-up", floor_actions.hang_up, methods=["POST"]),
            Route(
                "/floor/calls/{call_id}/offer-callback",
                floor_actions.offer_callback,
                methods=["POST"],
            ),
            Route("/floor/calls/{call_id}/serve-next", floor_actions.serve_next, methods=["POST"]),
            Route("/floor/calls/{call_id}/listen", listening_pages.listen, methods=["POST"]),
            Route("/floor/calls/{call_id}/supervise", floor_actions.supervise, methods=["POST"]),
            Route("/floor/calls/{call_id}/transfer", floor_actions.transfer, methods=["POST"]),
            Route("/erasure", erasure_pages.show),
            Route("/erasure", erasure_pages.erase, methods=["POST"]),
            Route("/floor/step", service_actions.force, methods=["POST"]),
            Route("/floor/queue", service_actions.pause, methods=["POST"]),
            Route("/floor/drain", service_actions.drain, methods=["POST"]),
            Route("/calls", call_pages.search),
            Route("/calls/export.csv", call_export.as_csv),
            Route("/calls/export.json", call_export.as_json),
            Route("/calls/{call_id}", call_pages.one),
            Route("/calls/{call_id}/stream", running_call_pages.stream),
            Route("/calls/{call_id}/recording/{side}", call_pages.recording),
            Route("/costs", cost_pages.show),
            Route("/callbacks", callback_pages.show),
            Route("/callbacks", callback_pages.book, methods=["POST"]),
            Route("/callbacks/several", callback_bulk.several, methods=["POST"]),
            Route("/callbacks/{id}/move", callback_pages.move, methods=["POST"]),
            Route("/callbacks/{id}/call-now", callback_pages.call_now, methods=["POST"]),
            Route("/callbacks/{id}/cancel", callback_pages.cancel, methods=["POST"]),
            Route("/business", business_pages.first),
            Route("/business/{file}", business_pages.show),
            Route("/business/{file}", business_pages.save, methods=["POST"]),
            Route("/business/{file}/versions/{version}", business_pages.version),
            Route(
                "/business/{file}/versions/{version}/restore",
                business_pages.restore,
                methods=["POST"],
            ),
            Route("/capacity", capacity_pages.show),
            Route(f"{ROOT}/openapi.json", api_description.description),
            *api.routes(),
            Route("/sign-in", signing_in.show),
            Route("/sign-in", signing_in.sign_in, methods=["POST"]),
            Route("/sign-in/oidc", external_sign_in.sign_in, methods=["POST"]),
            Route(external_sign_in.BACK, external_sign_in.back),
            Route("/account/oidc", external_sign_in.link, methods=["POST"]),
            Route("/account/oidc/unlink", external_sign_in.unlink, methods=["POST"]),
            Route("/sign-out", signing_in.sign_out, methods=["POST"]),
            Route("/language", signing_in.choose_language, methods=["POST"]),
            Route("/account", account_pages.own),
            Route("/account/password", account_pages.change_password, methods=["POST"]),
            Route("/account/second-factor", account_pages.turn_on_second_factor, methods=["POST"]),
            Route("/accounts", account_managing.everybody),
            Route("/accounts", account_managing.add, methods=["POST"]),
            Route("/accounts/rights", account_managing.set_rights, methods=["POST"]),
            Route("/accounts/reset", account_managing.reset, methods=["POST"]),
            Route("/accounts/remove", account_managing.remove, methods=["POST"]),
            Route("/accounts/{name}/extension", account_managing.set_extension, methods=["POST"]),
            Route("/tokens", token_pages.everything),
            Route("/tokens", token_pages.add, methods=["POST"]),
            Route("/tokens/revoke", token_pages.revoke, methods=["POST"]),
            Route("/audit", account_pages.audit),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(GuardedHeaders),
            Middleware(Prefixed, prefix=services.address.prefix),
            Middleware(
                TrustedHostMiddleware,
                allowed_hosts=list(services.address.hosts),
                www_redirect=False,
            ),
        ],
        exception_handlers={404: _missing},
    )
    app.state.services = services
    return app


async def _missing(request: Request, _error: Exception) -> Response:
    if request.scope["path"].startswith(f"{ROOT}/"):
        return problem(404, "not-there", f"see {ROOT}/openapi.json for what there is")
    try:
        request.state.visitor = await recognised(request)
    except StoreError:
        return failure(request, 503, "error.away")
    return failure(request, 404, "error.missing")
