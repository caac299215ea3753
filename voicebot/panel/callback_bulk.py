"""What may be done about several callbacks at once: shown first, then done to each by itself.

One that is refused holds none of the others up; each is on the audit log.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.calls.model import CallId
from voicebot.panel.access import Action
from voicebot.panel.callback_pages import SHOWN, number_shown, reader_of, window_of_form
from voicebot.panel.callback_steering import NotDone
from voicebot.panel.pages import failure, field_of, open_to, page, see
from voicebot.panel.services import note, services_of
from voicebot.queueing.callbacks import Callback

_CHOSEN: Final = "id-"
_NOTED: Final[Mapping[str, str]] = {
    "call-now": "call-callback-now",
    "move": "move-callback",
    "cancel": "cancel-callback",
}
# Each box is a field, beside those of the window.
_FIELDS: Final = SHOWN + 20
_LONGEST: Final = 65_536


@open_to(Action.STEER_CALLBACKS, longest_form=_LONGEST, most_fields=_FIELDS)
async def several(request: Request) -> Response:
    what = field_of(request, "what")
    if what not in _NOTED:
        return failure(request, 422, "callbacks.what_unknown")
    chosen = await _chosen(request)
    if not chosen:
        return failure(request, 422, "callbacks.none_chosen")
    if field_of(request, "sure") != "yes":
        return _page(request, what, chosen)
    refused = [(one, why) for one in chosen if (why := await _done(request, what, one)) is not None]
    if not refused:
        return see(request, "/callbacks")
    return _page(request, what, chosen, refused)


async def _chosen(request: Request) -> Sequence[Callback]:
    """Those that are open, and that this reader may know of, the next to be rung first."""
    steering, reader = services_of(request).steering, reader_of(request)
    ids = [name.removeprefix(_CHOSEN) for name in request.state.form if name.startswith(_CHOSEN)]
    found = [await steering.find(reader, CallId(one)) for one in ids[:SHOWN]]
    there = [one for one in found if one is not None and one.is_open]
    return sorted(there, key=lambda one: (one.due_at, one.callback_id))


async def _done(request: Request, what: str, callback: Callback) -> NotDone | None:
    """None: it is."""
    services, reader = services_of(request), reader_of(request)
    steering, at, callback_id = services.steering, services.clock(), callback.callback_id
    result: Callback | NotDone | None
    if what == "call-now":
        result = await steering.call_now(reader, callback_id, at)
    elif what == "move":
        result = await steering.move(reader, callback_id, window_of_form(request), at)
    else:
        result = await steering.cancel(reader, callback_id, at)
    why = result if isinstance(result, NotDone) else None
    await note(request, _NOTED[what], "done" if why is None else str(why.code), callback_id)
    return why


def _page(
    request: Request,
    what: str,
    chosen: Sequence[Callback],
    refused: Sequence[tuple[Callback, NotDone]] | None = None,
) -> Response:
    reader = reader_of(request)
    return page(
        request,
        "callbacks_several.html",
        200 if refused is None else 422,
        what=what,
        chosen=chosen,
        refused=refused,
        number_of=(lambda one: number_shown(reader, one)),
        given={name: field_of(request, name) for name in ("day", "opens", "closes")},
    )
