"""The pages of business files: what they say, who changed them, and how to change them again."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.errors import BusinessFileInvalid
from voicebot.panel.access import Action
from voicebot.panel.business_editing import Conflict, Refused, Saved
from voicebot.panel.pages import failure, field_of, open_to, page, see
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.panel.text_diff import diff

VERSIONS_SHOWN: Final = 30
LONGEST_NOTE: Final = 200
LONGEST_FORM: Final = 1_000_000


@open_to(Action.SEE_BUSINESS)
async def first(request: Request) -> Response:
    """The only one, as a rule."""
    try:
        names = await services_of(request).editing.names()
    except BusinessFileInvalid:
        return failure(request, 404, "business.no_file")
    return see(request, f"/business/{names[0]}")


@open_to(Action.SEE_BUSINESS)
async def show(request: Request) -> Response:
    return await _page(request)


@open_to(Action.EDIT_BUSINESS, longest_form=LONGEST_FORM)
async def save(request: Request) -> Response:
    """Or only look whether it might be."""
    # A browser ends the lines of a form in its own way.
    text = field_of(request, "text").replace("\r\n", "\n")
    if field_of(request, "do") == "check":
        try:
            problems = await services_of(request).editing.check(_name(request), text)
        except BusinessFileInvalid:
            return failure(request, 404, "error.missing")
        return await _page(request, text=text, problems=problems, checked=not problems)
    return await _saved(request, text, field_of(request, "note")[:LONGEST_NOTE])


@open_to(Action.SEE_BUSINESS)
async def version(request: Request) -> Response:
    """With what it changed, and what going back to it would change."""
    editing, name, number = services_of(request).editing, _name(request), _number(request)
    try:
        latest = await editing.latest(name)
    except BusinessFileInvalid:
        return failure(request, 404, "error.missing")
    found = await editing.find(name, number)
    if found is None:
        return failure(request, 404, "error.missing")
    before = await editing.find(name, number - 1)
    return page(
        request,
        "business_version.html",
        name=name,
        found=found,
        latest=latest,
        changed=diff("" if before is None else before.text, found.text),
        back=diff(latest.text, found.text),
    )


@open_to(Action.EDIT_BUSINESS)
async def restore(request: Request) -> Response:
    """A new version with the old text."""
    number = _number(request)
    found = await services_of(request).editing.find(_name(request), number)
    if found is None:
        return failure(request, 404, "error.missing")
    return await _saved(request, found.text, f"= {number}")


async def _saved(request: Request, text: str, why: str) -> Response:
    editing, name = services_of(request).editing, _name(request)
    kept = visitor_of(request).kept
    assert kept is not None
    made_from = _digits(field_of(request, "made_from"))
    await note(request, "save-business", "asked", f"{name} {made_from}")
    try:
        result = await editing.save(name, made_from, text, kept.name, why)
    except BusinessFileInvalid:
        return failure(request, 404, "error.missing")
    await note(request, "save-business", type(result).__name__.lower(), f"{name} {made_from}")
    match result:
        case Saved():
            return await _page(request, saved=result)
        case Refused(problems):
            return await _page(request, 422, text=text, problems=problems)
        case Conflict(latest):
            base = await editing.find(name, made_from)
            meanwhile = diff("" if base is None else base.text, latest.text)
            return await _page(request, 409, text=text, conflict=latest, meanwhile=meanwhile)


async def _page(
    request: Request, status: int = 200, text: str | None = None, **told: Any
) -> Response:
    """`text`: what somebody typed, which is never lost."""
    editing, name = services_of(request).editing, _name(request)
    try:
        latest = await editing.latest(name)
    except BusinessFileInvalid:
        return failure(request, 404, "error.missing")
    nothing: dict[str, Any] = {
        "problems": (), "checked": False, "saved": None, "conflict": None, "meanwhile": (),
    }  # fmt: skip
    return page(
        request,
        "business.html",
        status,
        name=name,
        names=await editing.names(),
        latest=latest,
        text=latest.text if text is None else text,
        history=await editing.history(name, VERSIONS_SHOWN),
        **(nothing | told),
    )


def _name(request: Request) -> str:
    name: str = request.path_params["file"]
    return name


def _number(request: Request) -> int:
    return _digits(request.path_params["version"])


def _digits(text: str) -> int:
    """0, which no version has, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
