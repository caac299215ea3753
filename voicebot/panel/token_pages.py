"""Tokens of programs that use the HTTP API: made, shown once, listed, revoked."""

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.panel.access import Action
from voicebot.panel.account_rules import name_fault
from voicebot.panel.api_access import PREFIX, Scope
from voicebot.panel.pages import field_of, open_to, page, see
from voicebot.panel.services import note, services_of
from voicebot.store.api_tokens import ApiToken

LONGEST_DAYS: Final = 3_650
_DAYS: Final = 365


class NotMade(StrEnum):
    """Why there is no new token; the catalogue has a text for each."""

    NAME = "name"
    ACCOUNT = "account"
    SCOPES = "scopes"
    DAYS = "days"
    TAKEN = "taken"


async def _page(
    request: Request,
    status: int = 200,
    *,
    fault: NotMade | None = None,
    made: tuple[str, str] = ("", ""),
) -> Response:
    """With the name of a new token and the token, which is shown nowhere else."""
    services, is_given = services_of(request), fault is not None
    return page(
        request,
        "tokens.html",
        status,
        tokens=await services.tokens.all(),
        accounts=[one.name for one in await services.accounts.all()],
        scopes=list(Scope),
        now=services.clock(),
        fault=fault,
        made_for=made[0],
        token=made[1],
        given={
            "name": field_of(request, "name") if is_given else "",
            "account": field_of(request, "account") if is_given else "",
            "days": field_of(request, "days") if is_given else str(_DAYS),
            "scopes": _scopes(request) if is_given else frozenset(),
        },
    )


@open_to(Action.MANAGE_ACCOUNTS)
async def everything(request: Request) -> Response:
    return await _page(request)


@open_to(Action.MANAGE_ACCOUNTS)
async def add(request: Request) -> Response:
    services, name = services_of(request), field_of(request, "name").strip()
    account, days, scopes = field_of(request, "account"), _days(request), _scopes(request)
    fault = None
    if name_fault(name) is not None:
        fault = NotMade.NAME
    elif "\0" in account or await services.accounts.find(account) is None:
        fault = NotMade.ACCOUNT
    elif not scopes:
        fault = NotMade.SCOPES
    if fault is not None or days is None:
        return await _page(request, 422, fault=fault or NotMade.DAYS)
    token, at = PREFIX + secrets.token_urlsafe(32), services.clock()
    kept = ApiToken(name, account, scopes, at, at + timedelta(days=days))
    await note(request, "add-token", "asked", f"{name} {account}")
    if not await services.tokens.add(token, kept):
        return await _page(request, 422, fault=NotMade.TAKEN)
    return await _page(request, made=(name, token))


@open_to(Action.MANAGE_ACCOUNTS)
async def revoke(request: Request) -> Response:
    """Its program is refused from the next request on."""
    name = field_of(request, "name").replace("\0", "")
    await note(request, "revoke-token", "asked", name)
    await services_of(request).tokens.revoke(name)
    return see(request, "/tokens")


def _scopes(request: Request) -> frozenset[str]:
    """Each is a box of its own: a form's fields have one value each here."""
    return frozenset(one.value for one in Scope if field_of(request, f"scope-{one.value}"))


def _days(request: Request) -> int | None:
    text = field_of(request, "days")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if is_number and 1 <= int(text) <= LONGEST_DAYS else None
