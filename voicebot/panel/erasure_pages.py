"""The page on which an administrator has a caller forgotten, as the law allows callers to ask."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.panel.access import Action
from voicebot.panel.pages import field_of, open_to, page
from voicebot.panel.services import services_of, visitor_of
from voicebot.store.erasure import Erased
from voicebot.store.number_key import number_key


@open_to(Action.ERASE_CALLERS)
async def show(request: Request) -> Response:
    return _page(request)


@open_to(Action.ERASE_CALLERS)
async def erase(request: Request) -> Response:
    """The number is written twice: nothing brings back what another one has said."""
    services, visitor = services_of(request), visitor_of(request)
    account = visitor.account
    assert account is not None
    number, again = field_of(request, "number"), field_of(request, "again")
    if number_key(number) != number_key(again):
        return _page(request, 422, number=number, fault="erasure.differs")
    try:
        erased, lines = await services.erasure.forget(
            number, account.name, visitor.address, services.clock()
        )
    except ValueError:
        return _page(request, 422, number=number, fault="erasure.no_number")
    return _page(request, erased=erased, lines=lines)


def _page(
    request: Request,
    status: int = 200,
    *,
    number: str = "",
    fault: str | None = None,
    erased: Erased | None = None,
    lines: int = 0,
) -> Response:
    return page(
        request,
        "erasure.html",
        status,
        number=number,
        fault=fault,
        erased=erased,
        lines=lines,
    )
