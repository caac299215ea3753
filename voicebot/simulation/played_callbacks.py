"""Which callbacks are owed, and whose turn is it?

What a callback may do, and when it is tried again, is said by `queueing.callbacks` and
`queueing.callback_retries`; here they are put in order and time passes. Every hour is one to ring
at, and nobody withdraws.
"""

from bisect import bisect_left, insort
from datetime import UTC, datetime, timedelta

from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import (
    AnsweredBy,
    CallbackReason,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    HandledBy,
    Outcome,
)
from voicebot.dialogue import callbacks as business
from voicebot.queueing.callback_retries import Attempt, after
from voicebot.queueing.callbacks import (
    Callback,
    CallbackState,
    CameDue,
    Confirmed,
    DialBegan,
    PickedUp,
    SlotReserved,
    TalkEnded,
)
from voicebot.queueing.model import Place, Rank
from voicebot.simulation.scenario import Callbacks

BEGAN_AT = datetime(2026, 1, 5, tzinfo=UTC)
NORMAL_CLEARING = 16
_NOT_REACHED = Attempt(DialStatus.NO_ANSWER)


class PlayedCallbacks:
    """Those that are due, in the order of their places, and those that are not yet."""

    __slots__ = ("_all", "_due", "paused")

    def __init__(self) -> None:
        self._due: list[Place] = []
        self._all: dict[int, Callback] = {}  # the open ones, by caller
        self.paused: dict[int, float] = {}  # by caller: when it is due again

    def __len__(self) -> int:
        return len(self._due) + len(self.paused)

    def __getitem__(self, number: int) -> Callback:
        """A caller's; raises KeyError for one who is owed nothing."""
        return self._all[number]

    def __contains__(self, number: int) -> bool:
        return number in self._all

    def book(self, place: Place, rules: Callbacks, now_s: float) -> None:
        """It is due from now on."""
        at = _at(now_s)
        is_dropped = place.rank is Rank.DROPPED
        self._all[place.number] = Callback(
            callback_id=CallId(str(place.number)),
            business="",
            did="",
            number="",
            reason=CallbackReason.BROKEN if is_dropped else CallbackReason.REQUESTED,
            place=place,
            booked_at=at,
            due_at=at,
            expires_at=at + timedelta(hours=rules.expires_after_h),
        )
        insort(self._due, place)

    def before(self, place: Place) -> int:
        """How many that are due come before this place."""
        return bisect_left(self._due, place)

    def due_in_s(self, place: Place, now_s: float) -> tuple[float, ...]:
        """When those will be due that are not, and come before this place."""
        if not self.paused:
            return ()
        return tuple(
            until_s - now_s
            for number, until_s in self.paused.items()
            if self._all[number].place < place
        )

    def head(self) -> Place | None:
        return self._due[0] if self._due else None

    def ring_head(self) -> Callback:
        """A slot is held for it, and the telephone rings."""
        callback = self._all[self._due.pop(0).number]
        channel_id = ChannelId(f"{callback.callback_id}-{callback.attempts + 1}")
        for event in (CameDue(), SlotReserved(), DialBegan(channel_id)):
            callback = callback.receive(event)
        self._all[callback.place.number] = callback
        return callback

    def connected(self, number: int) -> None:
        """Somebody picked up, and pressed one."""
        self._all[number] = self._all[number].receive(PickedUp()).receive(Confirmed())

    def served(self, number: int) -> None:
        done = self._all.pop(number).receive(TalkEnded())
        assert done.state is CallbackState.DONE, "whoever was served talked before"

    def not_reached(self, number: int, rules: Callbacks, now_s: float) -> float | None:
        """When it is due again; None: that was the last attempt."""
        return self._ended(number, _NOT_REACHED, rules, now_s)

    def broke(self, number: int, rules: Callbacks, now_s: float) -> float | None:
        """Its conversation was cut off. When it is due again; None: it was the last."""
        record = _broken(self._all[number], _at(now_s))
        return self._ended(number, Attempt(DialStatus.ANSWERED, record), rules, now_s)

    def due_again(self, number: int) -> None:
        del self.paused[number]
        insort(self._due, self._all[number].place)

    def _ended(self, number: int, attempt: Attempt, rules: Callbacks, now_s: float) -> float | None:
        callback, at = self._all[number], _at(now_s)
        for event in after(callback, attempt, _of_business(rules), at):
            callback = callback.receive(event)
        if not callback.is_open:
            del self._all[number]
            return None
        self._all[number] = callback
        until_s = now_s + max(0.0, (callback.due_at - at).total_seconds())
        self.paused[number] = until_s
        return until_s


def _at(now_s: float) -> datetime:
    return BEGAN_AT + timedelta(seconds=now_s)


def _of_business(rules: Callbacks) -> business.Callbacks:
    given = {
        "max_attempts": rules.max_attempts,
        "no_answer_again_s": rules.again_s,
        "expires_after_h": rules.expires_after_h,
    }
    return business.Callbacks.model_validate(given)


def _broken(callback: Callback, at: datetime) -> CallRecord:
    channel_id = callback.channel_id
    assert channel_id is not None, "whoever was cut off was rung before"
    return CallRecord(
        facts=CallFacts(CallId(channel_id), channel_id, "", "", ""),
        business=callback.business,
        agent="",
        handled_by=HandledBy.AGENT,
        started_at=callback.booked_at,
        answered_at=callback.booked_at,
        ended_at=at,
        outcome=Outcome.FAILED,
        hangup_cause=NORMAL_CLEARING,
        answered_by=AnsweredBy.PERSON,
    )
