"""What is a callback in the database?

`status` is what people and the release before go by: waiting while it is open. `state` is how far
the service is with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.engine import RowMapping

from voicebot.calls.model import CallbackReason, CallbackRequest, CallId, ChannelId
from voicebot.queueing.callback_windows import window_of
from voicebot.queueing.callbacks import Callback, CallbackState, Why
from voicebot.queueing.model import Place, Rank
from voicebot.store.number_key import number_key

WAITING: Final = "waiting"
_STATUS: Final[Mapping[CallbackState, str]] = {
    CallbackState.DONE: "done",
    CallbackState.EXPIRED: "cancelled",
    CallbackState.CANCELLED: "cancelled",
    CallbackState.REFUSED: "cancelled",
}


def status_of(state: CallbackState) -> str:
    """What people are shown."""
    return _STATUS.get(state, WAITING)


def values_of(callback: Callback) -> dict[str, Any]:
    """Its columns, but for who asked when."""
    return {
        "number": callback.number,
        "number_key": number_key(callback.number),
        "status": status_of(callback.state),
        "state": callback.state.value,
        "why": callback.why.value,
        "rank": int(callback.place.rank),
        "arrived_at_s": callback.place.arrived_at_s,
        "ticket": callback.place.number,
        "due_at": callback.due_at,
        "expires_at": callback.expires_at,
        "window": None if callback.window is None else str(callback.window),
        "attempts": callback.attempts,
        "channel_id": callback.channel_id,
    }


def asked_of(callback: Callback) -> dict[str, Any]:
    """The columns that say who asked when."""
    return {
        "call_id": callback.callback_id,
        "business": callback.business,
        "called_number": callback.did,
        "reason": callback.reason.value,
        "requested_at": callback.booked_at,
    }


def callback_of(row: RowMapping) -> Callback:
    """Of a row that has a state."""
    return Callback(
        callback_id=CallId(row["call_id"]),
        business=row["business"],
        did=row["called_number"],
        number=row["number"],
        reason=CallbackReason(row["reason"]),
        place=Place(Rank(row["rank"]), row["arrived_at_s"], row["ticket"]),
        booked_at=row["requested_at"],
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        window=None if row["window"] is None else window_of(row["window"]),
        state=CallbackState(row["state"]),
        why=Why(row["why"]),
        attempts=row["attempts"],
        channel_id=None if row["channel_id"] is None else ChannelId(row["channel_id"]),
    )


def request_of(row: RowMapping) -> CallbackRequest:
    """As it was asked for."""
    return CallbackRequest(
        call_id=CallId(row["call_id"]),
        business=row["business"],
        called_number=row["called_number"],
        number=row["number"],
        reason=CallbackReason(row["reason"]),
        requested_at=row["requested_at"],
    )
