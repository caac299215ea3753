"""Everybody's accounts: made, narrowed, given a new password, removed."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.panel.access import ALLOWED, Action, Role
from voicebot.panel.account_rules import (
    NotChanged,
    first,
    name_fault,
    own_fault,
    queues_of,
    role_of,
    shown_queues,
)
from voicebot.panel.entrance import hashed_elsewhere
from voicebot.panel.pages import failure, field_of, open_to, page, see
from voicebot.panel.passwords import new_password
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.store.accounts import KeptAccount

# A word that is shown once stands on the page that answers the form, and nowhere else.
_NOTHING = ("", "")


async def _page(
    request: Request,
    status: int = 200,
    *,
    fault: NotChanged | None = None,
    made: tuple[str, str] = _NOTHING,
) -> Response:
    """With the name and the new password of an account."""
    services = services_of(request)
    return page(
        request,
        "accounts.html",
        status,
        accounts=await services.accounts.all(),
        may_supervise=[role.value for role in Role if Action.STEER_CALLS in ALLOWED[role]],
        extensions=await services.calls.extensions(),
        shown_queues=shown_queues,
        fault=fault,
        made_for=made[0],
        password=made[1],
        given={one: field_of(request, one) for one in ("name", "role", "queues")}
        if fault is not None
        else {"name": "", "role": "viewer", "queues": ""},
    )


@open_to(Action.MANAGE_ACCOUNTS)
async def everybody(request: Request) -> Response:
    return await _page(request)


@open_to(Action.MANAGE_ACCOUNTS)
async def add(request: Request) -> Response:
    services, name = services_of(request), field_of(request, "name").strip()
    role, queues = role_of(field_of(request, "role")), queues_of(field_of(request, "queues"))
    fault = first(name_fault(name), role, queues)
    if fault is not None or isinstance(role, NotChanged) or isinstance(queues, NotChanged):
        return await _page(request, 422, fault=fault)
    password = new_password()
    account = KeptAccount(name, role.value, queues, await hashed_elsewhere(password))
    await note(request, "add-account", "asked", name)
    if not await services.accounts.add(account, services.clock()):
        return await _page(request, 422, fault=NotChanged.TAKEN)
    return await _page(request, made=(name, password))


@open_to(Action.MANAGE_ACCOUNTS)
async def set_rights(request: Request) -> Response:
    """In force with the next request, and within seconds on open streams."""
    services, name = services_of(request), field_of(request, "name")
    role, queues = role_of(field_of(request, "role")), queues_of(field_of(request, "queues"))
    fault = first(_own(request, name), role, queues)
    if fault is not None or isinstance(role, NotChanged) or isinstance(queues, NotChanged):
        return await _page(request, 422, fault=fault)
    await note(request, "set-account-rights", role.value, name)
    if not await services.accounts.set_rights(name, role.value, queues):
        return await _page(request, 404, fault=NotChanged.GONE)
    return see(request, "/accounts")


@open_to(Action.MANAGE_ACCOUNTS)
async def reset(request: Request) -> Response:
    """For who has lost the password or the second factor; ends all sessions."""
    services, name = services_of(request), field_of(request, "name")
    if (fault := _own(request, name)) is not None:
        return await _page(request, 422, fault=fault)
    password = new_password()
    await note(request, "reset-account", "asked", name)
    if not await services.accounts.set_password(name, await hashed_elsewhere(password)):
        return await _page(request, 404, fault=NotChanged.GONE)
    await services.accounts.set_second_factor(name, None, 0)
    return await _page(request, made=(name, password))


@open_to(Action.MANAGE_ACCOUNTS)
async def remove(request: Request) -> Response:
    """And its sessions, tokens and connections."""
    name = field_of(request, "name")
    if (fault := _own(request, name)) is not None:
        return await _page(request, 422, fault=fault)
    await note(request, "remove-account", "asked", name)
    if not await services_of(request).accounts.remove(name):
        return await _page(request, 404, fault=NotChanged.GONE)
    return see(request, "/accounts")


@open_to(Action.MANAGE_ACCOUNTS)
async def set_extension(request: Request) -> Response:
    """The phone by which an account gets on calls, or none: of the businesses' operators only."""
    services, name = services_of(request), request.path_params["name"].replace("\0", "")
    wanted = field_of(request, "extension")
    is_there = not wanted or wanted in await services.calls.extensions()
    found = await services.accounts.find(name) if is_there else None
    # Noted before it is done, as everything is.
    result = "ordered" if found is not None else "refused"
    await note(request, "set-extension", result, f"{name} {wanted}".strip())
    if found is None:
        return failure(request, 404, "error.missing")
    await services.accounts.set_extension(name, wanted or None)
    return see(request, "/accounts")


def _own(request: Request, name: str) -> NotChanged | None:
    kept = visitor_of(request).kept
    assert kept is not None
    return own_fault(kept.name, name)
