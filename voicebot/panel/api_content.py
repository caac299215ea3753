"""What goes in and out of the HTTP API, as JSON? The same models are its description."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voicebot.calls.model import CallRecord
from voicebot.panel.masking import masked
from voicebot.queueing.callbacks import Callback

Number = Annotated[str, Field(min_length=1, max_length=40, examples=["+1 202 555 0123"])]
Window = Annotated[
    str,
    Field(
        max_length=100,
        examples=["2026-11-24 09:00-12:00 Europe/Berlin"],
        description="A day, two times of the wall clock, and an IANA zone.",
    ),
]


class Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Content):
    """Why nothing was done (RFC 9457); `code` is stable, `detail` says what to change."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


class NewCallback(Content):
    number: Number
    business: str = Field(
        "", max_length=200, description="Who rings; only where there are several."
    )
    window: Window | None = Field(None, description="None: as soon as it is its turn.")


class Moved(Content):
    window: Window | None = Field(None, description="None: as soon as it is its turn.")


class CallbackShown(Content):
    """`number` is masked for whoever need not know it."""

    id: str
    business: str
    number: str
    reason: str
    state: str
    why: str
    rank: str
    booked_at: datetime
    due_at: datetime
    expires_at: datetime
    window: str | None
    attempts: int

    @classmethod
    def of(cls, callback: Callback, *, sees_private: bool) -> "CallbackShown":
        return cls(
            id=callback.callback_id,
            business=callback.business,
            number=callback.number if sees_private else masked(callback.number),
            reason=callback.reason.value,
            state=callback.state.value,
            why=callback.why.value,
            rank=callback.place.rank.name.lower(),
            booked_at=callback.booked_at,
            due_at=callback.due_at,
            expires_at=callback.expires_at,
            window=None if callback.window is None else str(callback.window),
            attempts=callback.attempts,
        )


class CallbackList(Content):
    callbacks: Sequence[CallbackShown]


class TurnShown(Content):
    number: int
    heard: str
    said_heard: str
    source: str
    total_ms: int | None


class CallShown(Content):
    """A call that is over; words and numbers are left out for whoever need not know them."""

    id: str
    business: str
    caller_number: str
    called_number: str
    direction: str
    handled_by: str
    outcome: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    turns: Sequence[TurnShown]

    @classmethod
    def of(cls, record: CallRecord, *, sees_private: bool) -> "CallShown":
        number = record.facts.caller_number
        return cls(
            id=record.facts.call_id,
            business=record.business,
            caller_number=number if sees_private else masked(number),
            called_number=record.facts.called_number,
            direction=record.facts.direction.value,
            handled_by=record.handled_by.value,
            outcome=record.outcome.value,
            started_at=record.started_at,
            answered_at=record.answered_at,
            ended_at=record.ended_at,
            turns=[
                TurnShown(
                    number=turn.number,
                    heard=turn.heard if sees_private else "",
                    said_heard=turn.said_heard if sees_private else "",
                    source=turn.source.value,
                    total_ms=turn.timings.total_ms,
                )
                for turn in record.turns
            ],
        )
